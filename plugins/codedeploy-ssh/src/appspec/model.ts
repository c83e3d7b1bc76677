/** An AppSpec file (`appspec.yml`) of an in-place deployment to Linux, as CodeDeploy's agent understands it. */
import type { Position } from './yaml/tree.js'

/** What happens when a file of the bundle is already on the host and no earlier deployment put it there. */
export type FileExistsBehavior = 'DISALLOW' | 'OVERWRITE' | 'RETAIN'

export const FILE_EXISTS_BEHAVIORS: readonly FileExistsBehavior[] = ['DISALLOW', 'OVERWRITE', 'RETAIN']

/** The events that may have scripts; Install and DownloadBundle are accepted as keys, but are the agent's own. */
export const LIFECYCLE_EVENTS = [
  'BeforeBlockTraffic',
  'AfterBlockTraffic',
  'ApplicationStop',
  'DownloadBundle',
  'BeforeInstall',
  'Install',
  'AfterInstall',
  'ApplicationStart',
  'ValidateService',
  'BeforeAllowTraffic',
  'AfterAllowTraffic',
] as const

export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number]

/** One entry of `files`. */
export interface FileMapping {
  /** Relative to the bundle's root, normalised, without a slash at either end; `''` is the whole bundle. */
  readonly source: string
  /** Always a directory; absolute and normalised. */
  readonly destination: string
}

/** One script of an event. */
export interface HookScript {
  /** Relative to the bundle's root, normalised. The whole text is a path: there are no arguments. */
  readonly location: string
  /** Seconds, from its start until it has ended and closed its outputs. */
  readonly timeout: number
  readonly runas?: string
  readonly sudo: boolean
}

export type PermissionTarget = 'file' | 'directory'

/** An entry of an access control list, checked. */
export interface AclEntry {
  readonly default: boolean
  readonly tag: 'user' | 'group' | 'mask' | 'other'
  /** Empty for a base entry. */
  readonly name: string
  /** `rwx`, with `-` for what is missing. */
  readonly perms: string
}

/** SELinux context for `semanage fcontext`. */
export interface SelinuxContext {
  readonly user?: string
  readonly type: string
  readonly range?: string
}

/** One entry of `permissions`. */
export interface Permission {
  readonly object: string
  /** `**` or a glob in which only `*` is special. */
  readonly pattern: string
  readonly except: readonly string[]
  readonly type: readonly PermissionTarget[]
  /** One to four octal digits, padded to three. */
  readonly mode?: string
  readonly owner?: string
  readonly group?: string
  readonly acls?: readonly AclEntry[]
  readonly context?: SelinuxContext
}

export interface AppSpec {
  /** Wins over the deployment's own option. */
  readonly fileExistsBehavior?: FileExistsBehavior
  readonly files: readonly FileMapping[]
  readonly hooks: Readonly<Partial<Record<LifecycleEvent, readonly HookScript[]>>>
  readonly permissions: readonly Permission[]
}

/** Something wrong in the file: where, as `hooks.AfterInstall[0].timeout`, and what, with what would be right. */
export interface Problem {
  readonly path: string
  readonly message: string
  /** Where it stands in the file; a plan's problems have none. */
  readonly at?: Position
}

/** A parsed file with what its author should look at, though it is valid. */
export interface ParsedAppSpec {
  readonly appSpec: AppSpec
  readonly warnings: readonly Problem[]
  /** Where each value that was asked for stands, by its path (`files[0].source`). */
  readonly places: ReadonlyMap<string, Position>
}

/** Thrown with all problems of an AppSpec file or plan at once. */
export class AppSpecError extends Error {
  constructor(
    readonly fileName: string,
    readonly problems: readonly Problem[],
  ) {
    super(
      problems.length === 1 && problems[0] !== undefined
        ? `${fileName}${problems[0].at === undefined ? '' : `:${problems[0].at.line}`}: ${describe(problems[0])}`
        : `${fileName} has ${problems.length} problems:\n${problems.map((problem) => `- ${located(problem)}`).join('\n')}`,
    )
    this.name = 'AppSpecError'
  }
}

/** `path: message`. */
export function describe(problem: Problem): string {
  return problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`
}

/** `path: message (line 3)`. */
export function located(problem: Problem): string {
  return `${describe(problem)}${problem.at === undefined ? '' : ` (line ${problem.at.line})`}`
}
