import { Fault, type FaultDetail, isFault } from '@penstock/core'
import { changeDraft, retype } from '../../editor/change-draft.js'
import { type Draft, readDraft } from '../../editor/draft.js'
import { drawable } from '../../editor/drawable.js'
import { parseDraft } from '../../editor/json.js'
import { statusOf } from '../../http/errors.js'
import { leaveNotice } from '../../http/notice.js'
import { demand } from '../../http/permissions.js'
import { type Ctx, field, principalOf, type Site } from '../../site.js'
import { to } from '../../view/link.js'
import { drawEditor, type Editing } from './draw.js'

/** Every button of the editor: changes of the draft, the turn from form to JSON and back, and saving. */
export async function postEditor(ctx: Ctx, site: Site, existing: string | undefined): Promise<void> {
  demand(site, principalOf(ctx), existing ? 'UpdatePipeline' : 'CreatePipeline', ...(existing ? [existing] : []))
  const text = ctx.state.form.get('json') ?? ''
  const as = field(ctx, 'as') === 'json' ? 'json' : 'form'
  const base = {
    existing,
    version: Number(field(ctx, 'version')) || undefined,
    runAgain: field(ctx, 'again') === 'yes',
  }
  let draft: Draft
  try {
    draft = as === 'json' ? parseDraft(text) : readDraft(ctx.state.form)
  } catch (error) {
    return refuse(ctx, site, { ...base, draft: emptyDraft, as, text }, error)
  }
  const editing = { ...base, draft, as, ...(as === 'json' && { text }) } as const
  try {
    await press(ctx, site, editing)
  } catch (error) {
    refuse(ctx, site, editing, error)
  }
}

const emptyDraft: Draft = { name: '', roleArn: '', stages: [] }

async function press(ctx: Ctx, site: Site, editing: Editing): Promise<void> {
  const deed = field(ctx, 'do') || 'save'
  if (deed === 'save') return save(ctx, site, editing)
  const { text: _, ...rest } = editing
  if (deed === 'as-json') return drawEditor(ctx, site, { ...rest, as: 'json' })
  const types = site.server.plugins.actionTypes()
  const typed = retype(drawable(editing.draft), new Map(ctx.state.form), types)
  drawEditor(ctx, site, { ...rest, as: 'form', draft: changeDraft(typed, deed, types) })
}

async function save(ctx: Ctx, site: Site, { draft, existing, version, runAgain }: Editing): Promise<void> {
  const by = principalOf(ctx)
  const { operations } = site.server
  if (!existing) {
    demand(site, by, 'CreatePipeline', draft.name)
    await operations.createPipeline(by, { pipeline: draft })
    return leave(ctx, draft.name, `${draft.name} was created. Its first execution has started.`)
  }
  if (draft.name !== existing) {
    throw problem('name', `A pipeline keeps its name: this one is called ${existing}, and the text says ${draft.name}.`)
  }
  const { pipeline } = await operations.getPipeline(by, { name: existing })
  if (version !== undefined && pipeline.version !== version) {
    const what = `Someone else saved version ${pipeline.version} while you edited version ${version}.`
    throw problem('', `${what} Copy what you need, and open the editor again.`)
  }
  await operations.updatePipeline(by, { pipeline: draft })
  if (!runAgain) return leave(ctx, existing, 'Saved.')
  demand(site, by, 'StartPipelineExecution', existing)
  await operations.startPipelineExecution(by, { name: existing })
  leave(ctx, existing, 'Saved. All stages run again, with the change.')
}

function problem(path: string, message: string): Fault {
  return new Fault('ValidationException', message, [{ path, message }])
}

/** A script that sent the form is told where to go; it would otherwise put the next page into this one. */
function leave(ctx: Ctx, name: string, text: string): void {
  leaveNotice(ctx, { kind: 'good', text })
  if (ctx.get('hx-request')) {
    ctx.set('hx-redirect', to.pipeline(name))
    ctx.status = 204
    return
  }
  ctx.redirect(to.pipeline(name))
  ctx.status = 303
}

/** Draws what was sent once more, with what is wrong with it. */
function refuse(ctx: Ctx, site: Site, editing: Editing, error: unknown): void {
  if (!isFault(error) || error.code === 'AccessDeniedException') throw error
  const details: readonly FaultDetail[] = error.details ?? []
  const problems = details.length > 0 ? details : [{ path: '', message: error.message }]
  drawEditor(ctx, site, { ...editing, problems })
  ctx.status = statusOf(error.code)
}
