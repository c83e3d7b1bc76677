import { defined, JobFailed } from '@penstock/core'
import { parseDocument } from 'yaml'
import { type ArtifactSpec, readArtifacts } from './artifact-spec.js'
import { Reader } from './reader.js'

/** The phases with commands, in their order. */
export const phaseNames = ['install', 'pre_build', 'build', 'post_build'] as const
export type PhaseName = (typeof phaseNames)[number]

/** One phase: its commands, and those that run whether they succeed or not. */
export interface Phase {
  readonly name: PhaseName
  readonly commands: readonly string[]
  readonly finally: readonly string[]
  /** What follows on a failure, when the buildspec says so itself. */
  readonly onFailure?: 'ABORT' | 'CONTINUE'
}

/** A buildspec, version 0.2, as far as it is honoured here. */
export interface Buildspec {
  readonly shell: string
  readonly variables: Readonly<Record<string, string>>
  /** Variables whose values only AWS has: the action must give them. */
  readonly foreignVariables: readonly string[]
  readonly exportedVariables: readonly string[]
  readonly phases: readonly Phase[]
  readonly artifacts?: ArtifactSpec
  readonly secondaryArtifacts: Readonly<Record<string, ArtifactSpec>>
  /** Keys that are not honoured, as paths such as `cache`. */
  readonly ignored: readonly string[]
}

const shells: Readonly<Record<string, string>> = { sh: 'sh', '/bin/sh': 'sh', bash: 'bash' }

/**
 * Reads a buildspec. Errors: JobFailed ConfigurationError that names the file, the key, its value and what would be right.
 */
export function parseBuildspec(text: string, file: string): Buildspec {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent' })
  const [error] = document.errors
  if (error !== undefined) throw new JobFailed(`${file} is not YAML: ${error.message}`, 'ConfigurationError')
  const root = new Reader(document.toJS(), file, '')
  const version = root.value('version')
  if (String(version) !== '0.2') {
    throw root.wrong('version', version, '0.2 (what 0.1 allowed, 0.2 allows too)')
  }
  const env = root.map('env')
  const phases = root.map('phases')
  const artifacts = root.map('artifacts')
  const spec = {
    shell: readShell(env),
    variables: env?.texts('variables') ?? {},
    foreignVariables: [...(env?.keysOf('parameter-store') ?? []), ...(env?.keysOf('secrets-manager') ?? [])],
    exportedVariables: env?.list('exported-variables') ?? [],
    phases: phaseNames.flatMap((name) => readPhase(name, phases?.map(name))),
    ...(artifacts?.has('files') ? { artifacts: readArtifacts(artifacts) } : {}),
    secondaryArtifacts: readSecondary(artifacts?.map('secondary-artifacts')),
  }
  if (spec.phases.length === 0) {
    throw root.wrong('phases', root.value('phases'), `at least one of ${phaseNames.join(', ')} with commands`)
  }
  return { ...spec, ignored: root.unread() }
}

function readShell(env: Reader | undefined): string {
  const value = env?.value('shell')
  if (value === undefined) return 'sh'
  const known = shells[String(value)]
  if (known === undefined) throw (env as Reader).wrong('shell', value, 'bash or /bin/sh')
  return known
}

function readPhase(name: PhaseName, phase: Reader | undefined): Phase[] {
  if (phase === undefined) return []
  const onFailure = phase.value('on-failure')
  if (onFailure !== undefined && onFailure !== 'ABORT' && onFailure !== 'CONTINUE') {
    throw phase.wrong('on-failure', onFailure, 'ABORT or CONTINUE (retries are not supported here)')
  }
  const commands = phase.list('commands')
  const last = phase.list('finally')
  if (commands.length === 0 && last.length === 0) return []
  return [{ name, commands, finally: last, ...defined<{ onFailure: Phase['onFailure'] }>({ onFailure }) }]
}

function readSecondary(secondary: Reader | undefined): Record<string, ArtifactSpec> {
  const names = secondary?.keys() ?? []
  return Object.fromEntries(names.map((name) => [name, readArtifacts(secondary?.map(name) as Reader)]))
}
