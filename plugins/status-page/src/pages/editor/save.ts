import { Fault, type PipelineDeclaration } from '@penstock/core'
import { knownTypes } from '../../editor/known-types.js'
import { refuseLostSecrets } from '../../editor/secrets.js'
import { leaveNotice } from '../../http/notice.js'
import { type Ctx, operationsOf, type Site } from '../../site.js'
import { to } from '../../view/link.js'
import type { Editing } from './draw.js'

/** Someone else saved while this reader edited. */
export class SavedMeanwhile extends Error {
  constructor(
    readonly newest: PipelineDeclaration,
    edited: number,
  ) {
    super(
      `Someone else saved version ${newest.version} while you edited version ${edited}. ` +
        'Below is what your text would change in theirs: take over what you want to keep, and save again.',
    )
  }
}

/** Creates the pipeline, or saves it and runs all stages again where that is wanted. Errors: SavedMeanwhile; faults. */
export async function save(ctx: Ctx, site: Site, editing: Editing): Promise<void> {
  const { draft, existing } = editing
  const operations = operationsOf(ctx, site)
  const known = await knownTypes(operations)
  if (!existing) {
    await operations.authorize('createPipeline', { pipeline: draft })
    refuseLostSecrets(draft, undefined, known)
    await operations.createPipeline({ pipeline: draft })
    return leave(ctx, draft.name, `${draft.name} was created. Its first execution has started.`)
  }
  const saved = await unchanged(ctx, site, existing, editing)
  refuseLostSecrets(draft, saved, known)
  await operations.updatePipeline({ pipeline: draft })
  if (!editing.runAgain) return leave(ctx, existing, 'Saved.')
  await operations.startPipelineExecution({ name: existing })
  leave(ctx, existing, 'Saved. All stages run again, with the change.')
}

/** What is saved, if it is still what the reader began with (S21 for the name). */
async function unchanged(ctx: Ctx, site: Site, existing: string, editing: Editing): Promise<PipelineDeclaration> {
  const { draft, version } = editing
  if (draft.name !== existing) {
    const message = `A pipeline keeps its name: this one is called ${existing}, and the text says ${draft.name}.`
    throw new Fault('ValidationException', message, [{ path: 'name', message }])
  }
  const { pipeline } = await operationsOf(ctx, site).getPipeline({ name: existing })
  if (version !== undefined && pipeline.version !== version) throw new SavedMeanwhile(pipeline, version)
  return pipeline
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
