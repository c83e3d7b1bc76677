/** Where a revision goes that is deployed blue/green: all of it into a release folder of its own, which a link then names. */
import type { Problem } from '../appspec/model.js'
import { ancestorsOf, isBelow } from '../appspec/paths.js'
import type { RevisionPlan } from '../plan/revision-plan.js'

/** Of a group that is deployed to blue/green. */
export interface BlueGreen {
  /** What the application is known by: a link to the release that is live. */
  readonly link: string
  /** Where release folders are; `releases` beside the link when absent. */
  readonly releases?: string
  /** Release folders that stay on a host; 3 when absent. */
  readonly keepReleases?: number
  /** Blue's and green's; in PORT for scripts and the hand-over, `%p` in health checks. */
  readonly ports?: readonly [number, number]
  /** Run on the host once the link has been moved, with LINK, RELEASE, COLOR and PORT. */
  readonly handover?: string
}

/** The folder of release folders. */
export function releasesOf({ link, releases }: BlueGreen): string {
  return releases ?? `${link.slice(0, link.lastIndexOf('/'))}/releases`
}

/** Files that would not lie in the release folder: the link could not bring them back. */
export function problemsOutside({ appSpec }: Pick<RevisionPlan, 'appSpec'>, { link }: BlueGreen): Problem[] {
  return appSpec.files.flatMap(({ destination }, index) =>
    destination === link || isBelow(destination, link)
      ? []
      : [
          {
            path: `files[${index}].destination`,
            message: `${destination} is not in ${link}, to which the group deploys blue/green: only what is in there can be taken back by the link`,
          },
        ],
  )
}

/** The same plan, with everything in `link` in the release folder of a deployment. Pure. */
export function releasePlan(plan: RevisionPlan, blueGreen: BlueGreen, deploymentId: string): RevisionPlan {
  const { link } = blueGreen
  const release = `${releasesOf(blueGreen)}/${deploymentId}`
  const placed = (path: string) => (path === link || isBelow(path, link) ? release + path.slice(link.length) : path)
  const directories = [...ancestorsOf(release), release, ...ancestorsOf(link), ...plan.copies.directories.map(placed)]
  return {
    ...plan,
    copies: {
      ...plan.copies,
      directories: [...new Set(directories)].filter((path) => path !== '/'),
      copies: plan.copies.copies.map((copy) => ({ ...copy, destination: placed(copy.destination) })),
    },
    permissions: {
      ...plan.permissions,
      permissions: plan.permissions.permissions.map((permission) => ({ ...permission, path: placed(permission.path) })),
    },
  }
}
