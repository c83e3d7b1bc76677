/** An automatic rollback: a new deployment of the last revision that succeeded. */
import { readAppSpec, scanBundle } from '../bundle/scan.js'
import { planRevision } from '../plan/revision-plan.js'
import type { Place } from './checkpoint.js'
import { Deployment, type DeploymentOutcome, type DeploymentParts } from './deployment.js'
import type { SuccessfulRevision } from './history.js'

/**
 * Deploys `revision` again, with the file-exists option that it had.
 * What the failed revision's scripts did besides copying files is not undone.
 */
export async function rollBack(
  parts: Omit<DeploymentParts, 'bundle' | 'plan' | 'place' | 'commit'>,
  revision: SuccessfulRevision & { readonly folder: string },
  place: Place,
): Promise<DeploymentOutcome> {
  const bundle = await scanBundle(revision.folder)
  const { name, text } = await readAppSpec(bundle)
  const plan = planRevision(name, text, bundle.tree, revision.fileExistsBehavior)
  parts.ctx.log.line(
    `Rolling back to the revision of ${revision.deploymentId}, with deployment ${place.deploymentId} (creator: codeDeployRollback)`,
  )
  return new Deployment({ ...parts, bundle, plan, place }).run()
}
