import { defined, JobFailed } from '@penstock/core'
import { parseDocument } from 'yaml'
import { type ArtifactSpec, readArtifacts } from './artifact-spec.js'
import { type BatchSpec, readBatch } from './batch-spec.js'
import { type CacheSpec, readCache } from './cache-spec.js'
import { type Phase, phaseNames, readPhase } from './phase.js'
import { Reader } from './reader.js'
import { type ReportSpec, readReport } from './report-spec.js'

/** A buildspec, as far as it is honoured here. */
export interface Buildspec {
  /** 0.1 runs each command in a shell of its own, 0.2 all in one. */
  readonly version: '0.1' | '0.2'
  readonly shell: 'sh' | 'bash'
  readonly runAs?: string
  readonly variables: Readonly<Record<string, string>>
  /** Variables by the parameter that each is read from. */
  readonly parameterStore: Readonly<Record<string, string>>
  /** Variables by `secret-id:json-key:version-stage:version-id`. */
  readonly secretsManager: Readonly<Record<string, string>>
  readonly exportedVariables: readonly string[]
  readonly phases: readonly Phase[]
  readonly artifacts?: ArtifactSpec
  readonly secondaryArtifacts: Readonly<Record<string, ArtifactSpec>>
  readonly reports: readonly ReportSpec[]
  readonly cache?: CacheSpec
  readonly batch?: BatchSpec
  /** What is true but for how it is meant here, in words for the log. */
  readonly notes: readonly string[]
}

/**
 * Reads a buildspec. Errors: JobFailed ConfigurationError that names the file, the key, its value and what would be right.
 */
export function parseBuildspec(text: string, file: string): Buildspec {
  // With this schema every scalar is a text, as it is written: 1.10 is not 1.1, and yes is yes.
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'silent', schema: 'failsafe', merge: true })
  const [error] = document.errors
  if (error !== undefined) throw new JobFailed(`${file} is not YAML: ${error.message}`, 'ConfigurationError')
  const root = new Reader(document.toJS(), file, '')
  const version = root.text('version')
  if (version !== '0.1' && version !== '0.2') throw root.wrong('version', version, '0.2 (or 0.1)')
  const spec = { version, ...readEnv(root), ...readWork(root), ...readResults(root) } as const
  if (spec.phases.length === 0 && spec.batch === undefined) {
    throw root.wrong('phases', root.value('phases'), `at least one of ${phaseNames.join(', ')} with commands`)
  }
  const notes = notesOf(root)
  const unread = root.unread()
  const strange = unread.length === 0 ? [] : [`no keys of a buildspec, and passed over: ${unread.join(', ')}`]
  return { ...spec, notes: [...notes, ...strange] }
}

const shells = { sh: 'sh', '/bin/sh': 'sh', bash: 'bash', '/bin/bash': 'bash' } as const

function readEnv(root: Reader) {
  const env = root.map('env')
  const old = root.map('environment_variables')
  const shell = env?.text('shell') ?? 'sh'
  const known = Object.entries(shells).find(([name]) => name === shell)?.[1]
  if (known === undefined) throw (env as Reader).wrong('shell', shell, 'bash or /bin/sh: builds run on Linux here')
  return {
    shell: known,
    variables: { ...old?.variables('plaintext'), ...env?.variables('variables') },
    parameterStore: env?.variables('parameter-store') ?? {},
    secretsManager: env?.variables('secrets-manager') ?? {},
    exportedVariables: env?.texts('exported-variables') ?? [],
    ...defined({ runAs: root.text('run-as') }),
  }
}

function readWork(root: Reader) {
  const phases = root.map('phases')
  const cache = root.map('cache')
  const batch = root.map('batch')
  return {
    phases: phaseNames.flatMap((name) => readPhase(name, phases?.map(name))),
    ...defined({
      cache: cache === undefined ? undefined : readCache(cache),
      batch: batch === undefined ? undefined : readBatch(batch),
    }),
  }
}

function readResults(root: Reader) {
  const artifacts = root.map('artifacts')
  const secondary = artifacts?.maps('secondary-artifacts') ?? []
  const isOwn = artifacts !== undefined && (artifacts.value('files') !== undefined || secondary.length === 0)
  return {
    ...(isOwn ? { artifacts: readArtifacts(artifacts) } : {}),
    secondaryArtifacts: Object.fromEntries(secondary.map(([name, map]) => [name, readArtifacts(map)])),
    reports: root.maps('reports').map(([name, report]) => readReport(name, report)),
  }
}

/** What has another meaning here than on AWS. */
function notesOf(root: Reader): readonly string[] {
  const proxy = root.map('proxy')
  const flags = [proxy?.flag('upload-artifacts'), proxy?.flag('logs')]
  return [
    ...(root.map('env')?.flag('git-credential-helper')
      ? ["env.git-credential-helper: git uses what is configured for the build's user on this machine"]
      : []),
    ...(flags.includes(true) ? ['proxy: artifacts and logs stay on this server, so that no proxy is asked'] : []),
  ]
}
