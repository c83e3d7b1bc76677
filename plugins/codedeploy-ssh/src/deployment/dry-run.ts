/** Says what a deployment would do; connects to nothing. */
import { type ActionLog, systemClock } from '@penstock/core'
import { releasePlan } from '../bluegreen/release-plan.js'
import { readContents } from '../bundle/contents.js'
import { FileHandles } from '../bundle/file-handles.js'
import type { ScannedBundle } from '../bundle/scan.js'
import { SharedPieces } from '../bundle/shared-pieces.js'
import { TarLayout } from '../bundle/tar-layout.js'
import type { DeploymentGroup } from '../group/deployment-group.js'
import { lifecycleOf } from '../plan/lifecycle.js'
import type { RevisionPlan } from '../plan/revision-plan.js'
import { PrintShell } from '../shell/print-shell.js'

/** Writes the plan and what each host would be sent to the log. */
export async function dryRun(
  group: DeploymentGroup,
  bundle: ScannedBundle,
  plan: RevisionPlan,
  log: ActionLog,
): Promise<void> {
  for (const line of describePlan(group, plan)) log.line(line)
  const files = new FileHandles()
  const part = new SharedPieces(new TarLayout(await readContents(bundle), 'deployment-archive', files), systemClock)
  for (const host of group.hosts) {
    const folder = `${host.root === '' ? '<deployment root>' : host.root}/<group id>`
    await new PrintShell(host.id, (line) => log.line(line)).upload(part.pieces(), `tar -x into ${folder}`)
  }
  files.close()
}

function describePlan(group: DeploymentGroup, plan: RevisionPlan): string[] {
  return [
    `${group.hosts.length} hosts, ${group.configurationName}, existing files: ${plan.fileExistsBehavior}`,
    ...planLines(plan, group),
  ]
}

/** What happens on each host of a group, in its order; in place without one. */
export function planLines(plan: RevisionPlan, group?: DeploymentGroup): string[] {
  const { blueGreen, trafficEvents = false, healthChecks = [] } = group ?? {}
  const options = { traffic: trafficEvents, blueGreen: blueGreen !== undefined, checks: healthChecks.length > 0 }
  const placed = blueGreen === undefined ? plan : releasePlan(plan, blueGreen, '<deployment id>')
  return lifecycleOf(options).flatMap(({ event, scripts }) => {
    if (scripts === 'previous') return [`${event}: the scripts of the revision on each host`]
    if (event === 'Install') return ['Install:', ...installSteps(placed).map((step) => `  ${step}`)]
    if (event === 'HealthCheck') return [`${event}: the new release must pass ${healthChecks.length} checks`]
    if (event === 'AllowTraffic') return [`${event}: ${blueGreen?.link} names the new release`]
    return (plan.appSpec.hooks[event] ?? []).map(
      ({ location, timeout, runas }) =>
        `${event}: ${location} (${timeout} s${runas === undefined ? '' : `, as ${runas}`})`,
    )
  })
}

function installSteps({ copies, permissions }: RevisionPlan): string[] {
  return [
    ...copies.directories.map((directory) => `mkdir ${directory} (unless it is there)`),
    ...copies.copies.map(
      ({ source, destination, kind }) => `${kind === 'symlink' ? 'link' : 'copy'} ${source} -> ${destination}`,
    ),
    ...permissions.permissions.map(({ path, mode, owner, group }) =>
      [
        `permissions ${path}`,
        mode,
        owner === undefined && group === undefined ? undefined : `${owner ?? ''}:${group ?? ''}`,
      ]
        .filter((word) => word !== undefined)
        .join(' '),
    ),
  ]
}
