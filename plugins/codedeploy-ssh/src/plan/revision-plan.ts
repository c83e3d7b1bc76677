/** One revision: its AppSpec file, read and planned against its contents. */
import { type AppSpec, AppSpecError, type FileExistsBehavior, located, type Problem } from '../appspec/model.js'
import { parseAppSpec } from '../appspec/parse.js'
import type { BundleTree } from './bundle-tree.js'
import { type CopyPlan, planCopies } from './copy-plan.js'
import { type PermissionPlan, planPermissions } from './permission-plan.js'

export interface RevisionPlan {
  readonly appSpec: AppSpec
  readonly appSpecFile: string
  readonly copies: CopyPlan
  readonly permissions: PermissionPlan
  readonly fileExistsBehavior: FileExistsBehavior
  /** What the author should look at, in one line each. */
  readonly warnings: readonly string[]
  /** The same, each with its place. */
  readonly problems: readonly Problem[]
  /** Gives something that was found about the file its place there. */
  locate(problem: Problem): Problem
}

/** The names that are looked for in the bundle's root, in this order. */
export const APPSPEC_NAMES = ['appspec.yml', 'appspec.yaml']

/**
 * Plans a revision. The AppSpec file's own file_exists_behavior wins over the deployment's.
 * Errors: AppSpecError with all problems of the file, or else all problems of the plan.
 */
export function planRevision(
  fileName: string,
  text: string,
  tree: BundleTree,
  behavior: FileExistsBehavior,
): RevisionPlan {
  const { appSpec, warnings, places } = parseAppSpec(text, fileName)
  const copies = planCopies(appSpec.files, tree)
  const permissions = planPermissions(appSpec.permissions, copies)
  const locate = (problem: Problem) => {
    const at = places.get(problem.path) ?? places.get(problem.path.replace(/\.\w+$/, ''))
    return at === undefined ? problem : { ...problem, at }
  }
  const problems = [...copies.problems, ...permissions.problems].map(locate)
  if (problems.length > 0) throw new AppSpecError(fileName, problems)
  return {
    appSpec,
    appSpecFile: fileName,
    copies,
    permissions,
    fileExistsBehavior: appSpec.fileExistsBehavior ?? behavior,
    warnings: warnings.map(located),
    problems: warnings,
    locate,
  }
}
