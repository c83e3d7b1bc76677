/** What a contract suite is given: configurations that work, take long or are wrong, and what must not happen outside. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RunActionOptions } from '../run-action.js'

/**
 * Files of an input artifact, path to text; a text that begins with `#!` becomes executable. Or a folder that is there.
 * @example
 * const files: InputFiles = { Rakefile: 'task :default', 'run.sh': '#!/bin/sh\ntrue' }
 */
export type InputFiles = string | Readonly<Record<string, string>>

/**
 * One way of running a provider.
 * @example
 * const one: ActionCase = { configuration: { Task: 'test' }, inputs: { Source: { Rakefile: '' } } }
 */
export interface ActionCase
  extends Pick<
    RunActionOptions,
    | 'configuration'
    | 'outputs'
    | 'commands'
    | 'environmentVariables'
    | 'outputVariableNames'
    | 'secrets'
    | 'revision'
    | 'sourceOverride'
    | 'jobApi'
  > {
  /** Input artifacts by name, in their order. */
  readonly inputs?: Readonly<Record<string, InputFiles>>
}

/**
 * A configuration that is wrong, and what the error must say: at least the property's name.
 * @example
 * const bad: BadCase = { configuration: { Timeout: '-1' }, says: 'Timeout' }
 */
export interface BadCase extends ActionCase {
  readonly says: string | RegExp
}

/**
 * A case that succeeds, and what else may happen.
 * @example
 * const fixtures: ActionFixtures = {
 *   configuration: { Task: 'test' },
 *   slow: { configuration: { Task: 'sleep' }, begun: 'begun' },
 * }
 */
export interface ActionFixtures extends ActionCase {
  /**
   * Members that make it last longer than ten seconds, so that it can be cancelled in the middle of its work; taken
   * together with the rest of the fixtures. Leave it out for what never lasts.
   */
  readonly slow?: ActionCase & {
    /** The cancel comes once the log has this; at the first step, checkpoint or progress when absent. */
    readonly begun?: string
  }
  /** What `validate` or `run` itself must refuse. Missing, unknown and mistyped properties are tried without being told. */
  readonly bad?: readonly BadCase[]
  /** Members under which the provider has a secret at hand and is tempted to say it; every secret of every case is looked for anyway. */
  readonly tempting?: ActionCase
  /** Folders outside the job's own that it may write to: a plugin's data folder, the target of a deployment on this machine. */
  readonly mayWrite?: readonly string[]
  /** How often the outside has been made to do the work so far; a restart in the middle must not make it twice. */
  readonly effects?: () => number | Promise<number>
}

/**
 * Fixtures, or what makes them once the tests run (when a server had to be started first).
 * @example
 * const later: Given<ActionFixtures> = async () => ({ configuration: { Task: 'test' } })
 */
export type Given<T> = T | (() => T | Promise<T>)

export async function give<T extends object>(given: Given<T>): Promise<T> {
  return typeof given === 'function' ? (given as () => T | Promise<T>)() : given
}

/** The case with its files as folders, ready for a trial. */
export function optionsOf({ inputs, ...rest }: ActionCase): RunActionOptions {
  const folders = Object.entries(inputs ?? {}).map(([name, files]) => [
    name,
    typeof files === 'string' ? files : writeFiles(files),
  ])
  const known = caseKeys.flatMap((key) => (rest[key] === undefined ? [] : [[key, rest[key]]]))
  return { ...Object.fromEntries(known), ...(inputs ? { inputs: Object.fromEntries(folders) } : {}) }
}

const caseKeys = [
  'configuration',
  'outputs',
  'commands',
  'environmentVariables',
  'outputVariableNames',
  'secrets',
  'revision',
  'sourceOverride',
  'jobApi',
] as const satisfies readonly (keyof ActionCase)[]

/** The base with what another case says instead; configurations are merged. */
export function merged(base: ActionCase, more: ActionCase): ActionCase {
  const configuration = { ...base.configuration, ...more.configuration }
  return { ...base, ...more, ...(Object.keys(configuration).length > 0 ? { configuration } : {}) }
}

/** Every value of a case that must never be shown. */
export function secretsOf(
  properties: Readonly<Record<string, { readonly secret?: boolean }>>,
  { configuration, secrets }: ActionCase,
): readonly string[] {
  const own = Object.entries(configuration ?? {})
    .filter(([name, value]) => properties[name]?.secret && !value.includes('{{secret:'))
    .map(([, value]) => value)
  return [...own, ...Object.values(secrets ?? {})].filter((value) => value.length >= 4)
}

const made: string[] = []

function writeFiles(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-fixture-'))
  if (made.push(folder) === 1) {
    process.once('exit', () => {
      for (const left of made) rmSync(left, { recursive: true, force: true })
    })
  }
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    if (text.startsWith('#!')) chmodSync(file, 0o755)
  }
  return folder
}
