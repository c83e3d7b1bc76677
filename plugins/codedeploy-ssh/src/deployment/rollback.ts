/** A deployment of a revision that is kept: a rollback, by itself or on request, and a redeployment. */
import type { JobContext } from '@penstock/core'
import type { BundleStore } from '../bundle/bundle-store.js'
import { readAppSpec, type ScannedBundle, scanBundle } from '../bundle/scan.js'
import { planRevision, type RevisionPlan } from '../plan/revision-plan.js'
import type { GroupHistory } from './history.js'
import type { SuccessfulRevision } from './records.js'

export interface KeptRevision {
  readonly bundle: ScannedBundle
  readonly plan: RevisionPlan
}

/** Unpacks and plans a kept revision, with the file-exists option that it had. `undefined` when its bundle is not kept. */
export async function openKept(
  revision: Pick<SuccessfulRevision, 'digest' | 'fileExistsBehavior'>,
  parts: { readonly bundles: BundleStore; readonly history: GroupHistory; readonly ctx: Pick<JobContext, 'workspace'> },
): Promise<KeptRevision | undefined> {
  const { history, bundles, ctx } = parts
  const old = history.oldFolder?.digest === revision.digest ? history.oldFolder.folder : undefined
  const folder = (await bundles.restore(revision.digest, ctx.workspace)) ?? old
  if (folder === undefined) return undefined
  const bundle = await scanBundle(folder)
  const { name, text } = await readAppSpec(bundle)
  return { bundle, plan: planRevision(name, text, bundle.tree, revision.fileExistsBehavior) }
}
