/** penstock.yaml, the environment and the command line, as one checked object. */

import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { S3ArtifactStoreOptions } from '../artifacts/s3-store.js'
import { defined } from '../domain/defined.js'
import type { CustomActionTypeInput } from '../engine/views.js'
import { checkSchema, pathText, withDefaults } from '../host/json-schema.js'
import type { RetentionConfig } from '../scheduler/retention-limits.js'
import type { ActionTypeFilter } from '../worker/action-type-filter.js'
import type { IsolationRules } from '../worker/sandbox/isolation-rules.js'
import type { SlotRules } from '../worker/slots.js'
import type { BackupConfig } from './backups.js'
import { applyEnvironment, setIn } from './config-env.js'
import { ConfigError, type ConfigFile, readConfigFile } from './config-file.js'
import { configSchema } from './config-schema.js'
import type { PipelineRepositoryConfig } from './pipeline-files/repository.js'
import { plainlyFits } from './plainly-fits.js'

/** Everything that can be configured, with defaults in place; paths are absolute. config/penstock.yaml explains each. */
export interface Config {
  readonly server: {
    readonly host: string
    /** 0 for any free one. */
    readonly port: number
    readonly publicUrl?: string
    readonly region: string
    readonly accountId: string
    readonly metrics: 'loopback' | 'open' | 'off'
    /** Addresses or ranges of proxies whose X-Forwarded-For tells who sent a request. */
    readonly trustedProxies?: readonly string[]
  }
  readonly dataDir: string
  /** Where installed plugins and named secrets are, when not in `dataDir`: a run with a folder of its own uses the installation's. */
  readonly installation?: string
  readonly database: { readonly url?: string }
  readonly masterKeyFile?: string
  readonly artifacts: {
    readonly bucket?: string
    /** `folder`, `s3`, or the name of a plugin's. */
    readonly store: string
    readonly encryptionKeyFile?: string
    readonly s3?: Partial<S3ArtifactStoreOptions>
  }
  readonly worker: IsolationRules & {
    readonly enabled: boolean
    readonly concurrency: number
    /** Most jobs at a time of a plugin or an action type. */
    readonly slots?: SlotRules
    /** How long a worker keeps its jobs without being heard of: longer than its heartbeats' ten seconds, and a pause or two. */
    readonly leaseSeconds: number
    /** Which action types the worker takes jobs of; all of its plugins' when absent. */
    readonly actionTypes?: ActionTypeFilter
    /** A delegated cgroup v2 folder for the steps' groups; found by the unit's delegation when absent. */
    readonly cgroup?: string
  }
  readonly polling: {
    readonly schedule: string
    readonly timezone: string
    readonly concurrency: number
    readonly timeoutSeconds: number
    readonly whileWebhooksMinutes: number
    readonly quietPeriodSeconds: number
    /** Link-local addresses that repositories may have all the same. */
    readonly allowPrivate?: readonly string[]
  }
  /** `pipeline/action` or `pipeline` to a schedule. */
  readonly schedules: Readonly<Record<string, string>>
  readonly retention: RetentionConfig
  /** None where nobody says so. */
  readonly limits: { readonly pipelines?: number }
  readonly log: { readonly level: string }
  /** Custom action types that are there from the first start on. */
  readonly actionTypes: readonly CustomActionTypeInput[]
  /** The folder of pipeline files. */
  readonly pipelines: string
  /** The repository of pipeline files, in place of a folder. */
  readonly pipelinesGit?: PipelineRepositoryConfig
  /** Somebody named that folder: it must be there. */
  readonly pipelinesNamed: boolean
  /** A NotificationArn to the addresses that notifiers understand. */
  readonly topics: Readonly<Record<string, readonly string[]>>
  readonly backups: BackupConfig
  /** How long notifications are tried, and how long those that ended are shown. */
  readonly deliveries: { readonly giveUpHours: number; readonly keepDays: number }
  readonly plugins: Readonly<Record<string, unknown>>
  /** What relative paths started from: the file's folder, or where the server was started. */
  readonly baseFolder: string
  readonly file?: string
}

export interface ConfigSources {
  /**
   * Must be there when given; else `penstock.yaml` or `config/penstock.yaml` below the current folder, if there, else the one that
   * `penstock setup` made.
   */
  readonly file?: string
  readonly env?: NodeJS.ProcessEnv
  /** The command line's say, as paths: `{ 'server.port': 9000 }`. Wins over all. */
  readonly overrides?: Readonly<Record<string, unknown>>
  readonly cwd?: string
}

/** Reads the configuration. Errors: ConfigError with every problem, each with its file and line or its variable. */
export function loadConfig(sources: ConfigSources = {}): Config {
  const cwd = sources.cwd ?? process.cwd()
  const source = findFile(sources, cwd)
  const data = structuredClone(source?.data ?? {})
  dropNulls(data)
  const origin = applyEnvironment(data, sources.env ?? process.env)
  for (const [path, value] of Object.entries(sources.overrides ?? {})) {
    if (value === undefined) continue
    setIn(data, path.split('.'), value)
    origin.set(path, 'the command line')
  }
  const named = data.pipelines !== undefined
  const value = plainlyFits(configSchema, data) ? withDefaults(configSchema, data) : check(data, source, origin)
  const baseFolder = source ? dirname(source.file) : cwd
  return absolute({ ...withSections(value as Config), pipelinesNamed: named }, baseFolder, cwd, origin, source?.file)
}

/** Sections that are a service's, and the plugin that brings the service: the plugin judges them under the same name. */
const services = { codebuild: 'shell-build' } as const

/** Hands such sections to their plugins, as if they stood in the plugin's own configuration. Errors: ConfigError for both at once. */
function withSections({ codebuild, ...config }: Config & { readonly codebuild?: unknown }): Config {
  if (codebuild === undefined) return config
  const plugin = services.codebuild
  const own = config.plugins[plugin]
  if (own === false) return config
  if (typeof own === 'object' && own !== null && 'codebuild' in own) {
    throw new ConfigError([`plugins.${plugin}.codebuild says the same as codebuild: leave one of them out`])
  }
  const merged = { ...(typeof own === 'object' ? own : {}), codebuild }
  return { ...config, plugins: { ...config.plugins, [plugin]: merged } }
}

function findFile({ file, overrides = {}, env = process.env }: ConfigSources, cwd: string): ConfigFile | undefined {
  if (file !== undefined) return readConfigFile(resolve(cwd, file))
  // Who names a data folder does not mean the one that was set up here.
  const installed = overrides.dataDir === undefined && !env.PENSTOCK_DATA ? installedFiles(env) : []
  const here = ['penstock.yaml', 'config/penstock.yaml'].map((name) => resolve(cwd, name))
  const found = here.find((path) => existsSync(path)) ?? installed.find(isReadable)
  return found === undefined ? undefined : readConfigFile(found)
}

/** What `penstock setup` or a package made: a person's own first. */
function installedFiles({ XDG_CONFIG_HOME, HOME }: NodeJS.ProcessEnv): string[] {
  const home = XDG_CONFIG_HOME || (HOME ? join(HOME, '.config') : undefined)
  return [...(home === undefined ? [] : [join(home, 'penstock', 'penstock.yaml')]), '/etc/penstock/penstock.yaml']
}

/** The machine's own is for root and the server alone; others have theirs. */
function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** `server:` with nothing under it is the same as no `server` at all; plugins' sections are theirs to judge. */
function dropNulls(data: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(data)) {
    if (value === null) delete data[key]
    else if (key !== 'plugins' && typeof value === 'object' && !Array.isArray(value))
      dropNulls(value as Record<string, unknown>)
  }
}

function check(data: unknown, source: ConfigFile | undefined, origin: ReadonlyMap<string, string>): unknown {
  const { value, problems } = checkSchema(configSchema, data)
  if (problems.length === 0) return value
  throw new ConfigError(
    problems.map(({ path, message }) => {
      const name = pathText(path)
      const where = origin.get(name) ?? source?.where(path) ?? 'configuration'
      return `${where}: ${name || 'the whole'} ${message}`
    }),
  )
}

/** What the schema lets through: a folder, or a repository with the files that are read to reach it. */
function placeOfPipelines(
  given: string | PipelineRepositoryConfig,
  full: (path: string) => string,
): Pick<Config, 'pipelines' | 'pipelinesGit'> {
  if (typeof given === 'string') return { pipelines: full(given) }
  const files = ['tokenFile', 'identityFile', 'knownHostsFile', 'caFile'] as const
  const absolute = files.flatMap((key) => (given[key] === undefined ? [] : [[key, full(given[key])]]))
  return { pipelines: given.path, pipelinesGit: { ...given, ...Object.fromEntries(absolute) } }
}

function absolute(
  value: Config,
  baseFolder: string,
  cwd: string,
  origin: ReadonlyMap<string, string>,
  file: string | undefined,
): Config {
  const full = (path: string, name: string) => resolve(origin.has(name) ? cwd : baseFolder, path)
  const { masterKeyFile, artifacts, backups } = value
  const { encryptionKeyFile } = artifacts
  return {
    ...value,
    dataDir: full(value.dataDir, 'dataDir'),
    backups: {
      ...backups,
      ...(backups.folder === undefined ? {} : { folder: full(backups.folder, 'backups.folder') }),
    },
    ...placeOfPipelines(value.pipelines, (path) => full(path, 'pipelines')),
    ...(masterKeyFile === undefined ? {} : { masterKeyFile: full(masterKeyFile, 'masterKeyFile') }),
    artifacts: {
      ...artifacts,
      ...(encryptionKeyFile === undefined
        ? {}
        : { encryptionKeyFile: full(encryptionKeyFile, 'artifacts.encryptionKeyFile') }),
    },
    baseFolder,
    ...defined({ file }),
  }
}
