import { Fault, type FaultDetail, isFault } from '@penstock/core'
import { changeDraft } from '../../editor/change-draft.js'
import { type Draft, readDraft } from '../../editor/draft/draft.js'
import { drawable } from '../../editor/draft/drawable.js'
import { parseDraft } from '../../editor/json/parse.js'
import { knownTypes } from '../../editor/known-types.js'
import { retype } from '../../editor/retype.js'
import { unsealSecrets } from '../../editor/secrets.js'
import { statusOf } from '../../http/errors.js'
import { sealOf } from '../../http/seal.js'
import { type Ctx, field, operationsOf, type Site } from '../../site.js'
import { drawEditor, type Editing } from './draw.js'
import { anyPipeline } from './new-pipeline.js'
import { SavedMeanwhile, save } from './save.js'

/** Every button of the editor: changes of the draft, the turn from form to JSON and back, comparing, and saving. */
export async function postEditor(ctx: Ctx, site: Site, existing: string | undefined): Promise<void> {
  const operations = operationsOf(ctx, site)
  if (existing) await operations.authorize('updatePipeline', { pipeline: { name: existing } })
  else await operations.authorize('createPipeline', anyPipeline)
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
    await refuse(ctx, site, editing, error)
  }
}

const emptyDraft: Draft = { name: '', roleArn: '', stages: [] }

async function press(ctx: Ctx, site: Site, sealed: Editing): Promise<void> {
  const deed = field(ctx, 'do') || 'save'
  const draft = unsealSecrets(drawable(sealed.draft), sealOf(ctx))
  const editing = { ...sealed, draft }
  if (deed === 'save') return save(ctx, site, editing)
  if (deed === 'compare') return compare(ctx, site, editing)
  const { text: _, ...rest } = editing
  if (deed === 'as-json') return drawEditor(ctx, site, { ...rest, as: 'json' })
  const known = await knownTypes(operationsOf(ctx, site))
  const changed = changeDraft(retype(draft, new Map(ctx.state.form), known), deed, known)
  return drawEditor(ctx, site, { ...rest, as: 'form', ...changed })
}

async function compare(ctx: Ctx, site: Site, editing: Editing): Promise<void> {
  return drawEditor(ctx, site, { ...editing, compare: { saved: await savedNow(ctx, site, editing.existing) } })
}

async function savedNow(ctx: Ctx, site: Site, name: string | undefined): Promise<Draft | undefined> {
  if (name === undefined) return undefined
  return (await operationsOf(ctx, site).getPipeline({ name })).pipeline
}

/** Draws what was sent once more, with what is wrong with it. */
async function refuse(ctx: Ctx, site: Site, editing: Editing, error: unknown): Promise<void> {
  if (error instanceof SavedMeanwhile) {
    const problems = [{ path: '', message: error.message }]
    // Nothing is lost: the difference is shown, and who saves again has seen it.
    const version = error.newest.version
    await drawEditor(ctx, site, { ...editing, version, problems, compare: { saved: error.newest } })
    ctx.status = 409
    return
  }
  if (!isFault(error) || error.code === 'AccessDeniedException') throw error
  const details: readonly FaultDetail[] = error.details ?? []
  const problems = details.length > 0 ? details : [{ path: '', message: error.message }]
  await drawEditor(ctx, site, { ...drawableOr(editing), problems })
  ctx.status = statusOf(error.code)
}

/** What cannot be walked through cannot be shown as a form, nor searched for secrets: its text can. */
function drawableOr(editing: Editing): Editing {
  try {
    drawable(editing.draft)
    return editing
  } catch (error) {
    if (error instanceof Fault || isFault(error)) return { ...editing, draft: emptyDraft }
    throw error
  }
}
