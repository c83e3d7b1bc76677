/** The files that tell a host what to do: written as shell, so that any name is safe between quotes. */
import type { AclEntry, LifecycleEvent } from '../appspec/model.js'
import { type BlueGreen, releasesOf } from '../bluegreen/release-plan.js'
import type { PlannedEvent } from '../plan/lifecycle.js'
import type { PathPermission } from '../plan/permission-plan.js'
import type { RevisionPlan } from '../plan/revision-plan.js'

/** What a deployment is called and how it behaves on every host. */
export interface DeploymentSettings {
  readonly deploymentId: string
  readonly applicationName: string
  readonly groupName: string
  readonly groupId: string
  readonly events: readonly PlannedEvent[]
  readonly ignoreApplicationStopFailures: boolean
  /** Revisions kept on a host, this one included. */
  readonly keep: number
  /** KiB of scripts.log above which it is put aside; 64 MiB when absent. */
  readonly logLimit?: number
  /** For BUNDLE_COMMIT. */
  readonly commit?: string
  readonly blueGreen?: BlueGreen
  /** Seconds that a host waits for the verdict of the health checks, blue/green. */
  readonly verdictWithin?: number
}

const PATHS_PER_CALL = 150

/** Always in single quotes. */
function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** `settings.sh`: `root` absolute, `base` the revision on the host that the new one is made from. */
export function settingsFile(
  settings: DeploymentSettings,
  plan: RevisionPlan,
  root: string,
  base: string | undefined,
): string {
  const values: Record<string, string> = {
    P_ROOT: root,
    P_ID: settings.deploymentId,
    P_APPLICATION: settings.applicationName,
    P_GROUP: settings.groupName,
    P_GROUP_ID: settings.groupId,
    P_EVENTS: settings.events.map(({ event, scripts }) => `${event}:${scripts}`).join(' '),
    P_BEHAVIOR: plan.fileExistsBehavior,
    P_IGNORE_STOP_FAILURES: settings.ignoreApplicationStopFailures ? '1' : '0',
    P_KEEP: String(settings.keep),
    P_LOG_LIMIT: String(settings.logLimit ?? 64 * 1024),
    P_BUNDLE_COMMIT: settings.commit ?? '',
    P_BASE: base ?? '',
    ...releaseValues(settings),
  }
  return lines(Object.entries(values).map(([name, value]) => `${name}=${word(value)}`))
}

/** Empty for what is deployed in place. */
function releaseValues({ blueGreen, verdictWithin }: DeploymentSettings): Record<string, string> {
  if (blueGreen === undefined) return { P_LINK: '' }
  const [blue = '', green = ''] = blueGreen.ports ?? []
  return {
    P_LINK: blueGreen.link,
    P_RELEASES: releasesOf(blueGreen),
    P_KEEP_RELEASES: String(blueGreen.keepReleases ?? 3),
    P_PORT_BLUE: String(blue),
    P_PORT_GREEN: String(green),
    P_HANDOVER: blueGreen.handover ?? '',
    P_VERDICT_WITHIN: String(verdictWithin ?? 0),
  }
}

/** `copies.sh`: all directories, then the files between two directories at a time. */
export function copiesFile(plan: RevisionPlan): string {
  const output: string[] = []
  for (const group of chunks(plan.copies.directories.filter((path) => !isOdd(path)))) {
    output.push(`dirs ${group.map(word).join(' ')}`)
  }
  // What lies below an odd name is odd itself, so that parents still come before children.
  for (const path of plan.copies.directories.filter(isOdd))
    output.push(`odd=${word(escapePath(path))}`, `dirs ${word(path)}`, 'odd=')
  for (const [key, names] of groupCopies(plan)) {
    const [directory = '', source = ''] = key.split('\0')
    const start = `put ${word(directory)} ${word(source)}`
    for (const group of chunks(names.filter((name) => !isOdd(`${directory}/${name}`)))) {
      output.push(`${start} ${group.map(word).join(' ')}`)
    }
    for (const name of names.filter((candidate) => isOdd(`${directory}/${candidate}`))) {
      output.push(`odd=${word(escapePath(`${directory}/${name}`))}`, `${start} ${word(name)}`, 'odd=')
    }
  }
  return lines(output)
}

/** Target directory (empty for `/`) and source directory -> paths that are the same below both. */
function groupCopies(plan: RevisionPlan): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const { source, destination } of plan.copies.copies) {
    const common = commonEnd(source, destination)
    const key = `${destination.slice(0, -common.length - 1)}\0${source.slice(0, -common.length - 1)}`
    const paths = groups.get(key)
    if (paths === undefined) groups.set(key, [common])
    else paths.push(common)
  }
  return groups
}

/** The names that both paths end with; the last one at least. */
function commonEnd(source: string, destination: string): string {
  const from = source.split('/')
  const to = destination.split('/').slice(1)
  let length = 1
  while (length < from.length && length < to.length && from.at(-length - 1) === to.at(-length - 1)) length++
  return from.slice(-length).join('/')
}

/** `permissions.sh`: all modes, then acls, contexts and owners: the order that each path would get them in. */
export function permissionsFile(plan: RevisionPlan): string {
  const { permissions } = plan.permissions
  // A link has no mode or list of its own, and what it points to is not meant.
  const real = permissions.filter((permission) => permission.kind !== 'symlink')
  return lines([
    ...calls('mode', real, ({ mode }) => (mode === undefined ? undefined : [mode])),
    ...calls('acl', real, ({ acls }) =>
      acls === undefined ? undefined : [withDefaultMask(acls).map(aclText).join(','), missingMasks(acls)],
    ),
    ...calls('context', permissions, ({ context }) =>
      context === undefined ? undefined : [context.user ?? '', context.type, context.range ?? ''],
    ),
    ...calls('own', permissions, ({ owner, group }) =>
      owner === undefined && group === undefined
        ? undefined
        : [`${owner ?? ''}${group === undefined ? '' : `:${group}`}`],
    ),
  ])
}

function calls(
  name: string,
  permissions: readonly PathPermission[],
  argumentsOf: (permission: PathPermission) => readonly string[] | undefined,
): string[] {
  const groups = new Map<string, string[]>()
  for (const permission of permissions) {
    const values = argumentsOf(permission)
    if (values === undefined) continue
    const key = values.map(word).join(' ')
    const paths = groups.get(key)
    if (paths === undefined) groups.set(key, [permission.path])
    else paths.push(permission.path)
  }
  return [...groups].flatMap(([values, paths]) =>
    [...chunks(paths)].map((group) => `${name} ${values} ${group.map(word).join(' ')}`),
  )
}

function aclText(entry: AclEntry): string {
  return `${entry.default ? 'default:' : ''}${entry.tag}:${entry.name}:${entry.perms}`
}

/** Which masks the host makes of the group's bits, as the agent does: `b` for the base entries, `d` for the default ones. */
function missingMasks(acls: readonly AclEntry[]): string {
  const { base, byDefault } = namedWithoutMask(acls)
  const fromMode = byDefault && defaultGroup(acls) === undefined
  return `${base ? 'b' : ''}${fromMode ? 'd' : ''}`
}

/** The mask of default entries is what the default entry of the group says, when there is one. */
function withDefaultMask(acls: readonly AclEntry[]): readonly AclEntry[] {
  const group = defaultGroup(acls)
  return group !== undefined && namedWithoutMask(acls).byDefault ? [...acls, { ...group, tag: 'mask' }] : acls
}

function defaultGroup(acls: readonly AclEntry[]): AclEntry | undefined {
  return acls.find((entry) => entry.default && entry.tag === 'group' && entry.name === '')
}

/** setfacl would let a mask give all that the named ones are given. */
function namedWithoutMask(acls: readonly AclEntry[]): { readonly base: boolean; readonly byDefault: boolean } {
  const lacks = (isDefault: boolean) => {
    const own = acls.filter((entry) => entry.default === isDefault)
    return own.some((entry) => entry.name !== '') && !own.some((entry) => entry.tag === 'mask')
  }
  return { base: lacks(false), byDefault: lacks(true) }
}

/** `hooks.sh`: one function an event; kept on the host, because the next deployment stops the application with it. */
export function hooksFile(plan: RevisionPlan): string {
  const events = Object.entries(plan.appSpec.hooks) as [
    LifecycleEvent,
    NonNullable<RevisionPlan['appSpec']['hooks'][LifecycleEvent]>,
  ][]
  return lines(
    events.flatMap(([event, scripts]) => [
      `hooks_${event}() {`,
      ...scripts.map(
        ({ location, timeout, runas, sudo }) =>
          `  hook ${word(location)} ${timeout} ${word(runas ?? '')} ${sudo ? 1 : 0} || return 1`,
      ),
      '}',
    ]),
  )
}

/** `removed.sh`: what of the base revision must go. */
export function removedFile(paths: readonly string[]): string {
  return lines([...chunks(paths)].map((group) => `rm -rf -- ${group.map((path) => word(`./${path}`)).join(' ')}`))
}

function isOdd(path: string): boolean {
  return /[\n\\]/.test(path)
}

/** One line for any path, as printf's %b reads it. */
function escapePath(path: string): string {
  return path.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function* chunks(paths: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < paths.length; at += PATHS_PER_CALL) yield paths.slice(at, at + PATHS_PER_CALL)
}

function lines(list: readonly string[]): string {
  return list.map((line) => `${line}\n`).join('')
}
