/**
 * What a plugin in a process of its own may reach beside its own data folder and its jobs' folders. Its manifest asks
 * (`penstock.permissions` of package.json), the operator grants (`permissions` of its section of penstock.yaml).
 */
import { isAbsolute } from 'node:path'
import { suggestion } from './nearest.js'

/** As both files have it, filled in. */
export interface PluginPermissions {
  /** Connections of its own, and `ctx.http`. */
  readonly network: boolean
  /** Absolute. */
  readonly paths: { readonly readOnly: readonly string[]; readonly writable: readonly string[] }
  /** Programs of the machine, by name; `*` for all that builds see. */
  readonly exec: readonly string[]
  /** Variables of the server's environment, by name; `AWS_*` for all that begin so. */
  readonly environment: readonly string[]
  /** Steps outside any sandbox (`ctx.exec` with `isolation: 'none'`), as the server's user: as good as `isolation: none`. */
  readonly hostSteps: boolean
}

export const noPermissions: PluginPermissions = {
  network: false,
  paths: { readOnly: [], writable: [] },
  exec: [],
  environment: [],
  hostSteps: false,
}

/** What was read, or what is wrong with it, naming the place. */
export type PermissionsRead = { readonly permissions: PluginPermissions } | { readonly problems: readonly string[] }

const keys = ['network', 'paths', 'exec', 'environment', 'hostSteps'] as const

/** Reads `permissions`; `where` is what problems begin with. */
export function readPermissions(where: string, value: unknown): PermissionsRead {
  if (!isRecord(value))
    return { problems: [`${where} is ${shown(value)}: an object such as { network: true } is right`] }
  const { paths = {} } = value
  const problems = [
    ...strangers(where, value, keys),
    ...flag(`${where}.network`, value.network),
    ...flag(`${where}.hostSteps`, value.hostSteps),
    ...(isRecord(paths)
      ? [
          ...strangers(`${where}.paths`, paths, ['readOnly', 'writable']),
          ...list(`${where}.paths.readOnly`, paths.readOnly, isPath, pathIsRight),
          ...list(`${where}.paths.writable`, paths.writable, isPath, pathIsRight),
        ]
      : [`${where}.paths is ${shown(paths)}: { readOnly: [...], writable: [...] } is right`]),
    ...list(`${where}.exec`, value.exec, isProgram, "a program's name such as git, without a folder, or * for all"),
    ...list(`${where}.environment`, value.environment, isVariable, "a variable's name, or AWS_* for all that begin so"),
  ]
  if (problems.length > 0) return { problems }
  const { readOnly = [], writable = [] } = paths as Partial<PluginPermissions['paths']>
  return { permissions: { ...noPermissions, ...(value as Partial<PluginPermissions>), paths: { readOnly, writable } } }
}

/** What was asked for and not granted, each in the words of penstock.yaml: `network: true`, `exec: [git]`. */
export function notGranted(asked: PluginPermissions, granted: PluginPermissions): readonly string[] {
  const missing = (what: readonly string[], have: readonly string[]) => what.filter((each) => !have.includes(each))
  const written = (key: string, names: readonly string[]) => (names.length > 0 ? [`${key}: [${names.join(', ')}]`] : [])
  const paths = [
    ...written('readOnly', missing(asked.paths.readOnly, [...granted.paths.readOnly, ...granted.paths.writable])),
    ...written('writable', missing(asked.paths.writable, granted.paths.writable)),
  ]
  return [
    ...(asked.network && !granted.network ? ['network: true'] : []),
    ...(paths.length > 0 ? [`paths: { ${paths.join(', ')} }`] : []),
    ...(granted.exec.includes('*') ? [] : written('exec', missing(asked.exec, granted.exec))),
    ...written('environment', missing(asked.environment, granted.environment)),
    ...(asked.hostSteps && !granted.hostSteps ? ['hostSteps: true'] : []),
  ]
}

/** `permissions: { network: true, exec: [git] }`: what the operator would write. */
export function permissionsText(words: readonly string[]): string {
  return `permissions: { ${words.join(', ')} }`
}

/** Whether the operator lets a variable through. */
export function isGrantedVariable(name: string, { environment }: PluginPermissions): boolean {
  return environment.some((each) => (each.endsWith('*') ? name.startsWith(each.slice(0, -1)) : each === name))
}

const pathIsRight = 'an absolute path, and not /, /home, /proc, /dev or /sys as a whole'

function isPath(text: string): boolean {
  return isAbsolute(text) && !/^\/(?:proc|dev|sys|home)?\/?$/.test(text) && !text.split('/').includes('..')
}

function isProgram(text: string): boolean {
  return text === '*' || /^[\w.+-]+$/.test(text)
}

function isVariable(text: string): boolean {
  return /^[A-Za-z_]\w*\*?$/.test(text)
}

function flag(where: string, value: unknown): readonly string[] {
  return value === undefined || typeof value === 'boolean'
    ? []
    : [`${where} is ${shown(value)}: true or false is right`]
}

function list(where: string, value: unknown, fits: (text: string) => boolean, right: string): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) return [`${where} is ${shown(value)}: a list is right`]
  const wrong = value.find((each) => typeof each !== 'string' || !fits(each))
  return wrong === undefined ? [] : [`${where} has ${shown(wrong)}: ${right} is right`]
}

function strangers(where: string, value: object, known: readonly string[]): readonly string[] {
  const stranger = Object.keys(value).find((key) => !known.includes(key))
  return stranger === undefined ? [] : [`${where} has the unknown key '${stranger}'${suggestion(stranger, known)}`]
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'missing'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
