import { join } from 'node:path'
import { type ActionJob, type BuildProject, defined, type JobContext, JobFailed, readInside } from '@penstock/core'
import type { Sources } from '../source.js'
import { isVariableName } from '../variables.js'
import type { Buildspec } from './buildspec.js'
import { BuildCache } from './cache.js'
import { type BuildIdentity, buildVariables } from './environment.js'
import { Expressions } from './expressions.js'
import { prepareHelpers } from './helpers.js'
import type { ReportSpec } from './report-spec.js'
import { publishReports } from './reports/publish.js'
import { runPhases } from './run-phases.js'
import { evaluate } from './script.js'
import { ForeignValues } from './secrets.js'
import type { BuildPlace } from './service.js'
import type { CodeBuildSettings } from './settings.js'
import { typedVariables } from './typed-variables.js'

/** Everything that is the same for all builds of one action. */
export interface BuildFrame {
  readonly job: ActionJob<unknown>
  readonly ctx: JobContext
  readonly settings: Omit<CodeBuildSettings, 'projects'>
  readonly place: BuildPlace
  readonly project: BuildProject
  /** The action's EnvironmentVariables, as they are written. */
  readonly variables?: string
  /** Where caches lie. */
  readonly cacheFolder: string
  /** The action's own Image is set. */
  readonly hasImage: boolean
}

/** One build: a buildspec in a folder. */
export interface Build {
  readonly spec: Buildspec
  /** How the buildspec is named in messages. */
  readonly file: string
  readonly sources: Sources
  readonly identity: BuildIdentity
  /** Variables of the batch that it belongs to. */
  readonly variables: Readonly<Record<string, string>>
  /** Of this build among those of its action: part of its files' names. */
  readonly name: string
}

/** How a build ended; its artifacts' sections can be put out. */
export interface BuildOutcome {
  /** Why it failed; absent when it did not. */
  readonly failure?: string
  readonly expressions: Expressions
}

/** Runs one build. Errors: JobFailed ConfigurationError for what cannot run at all. */
export async function runBuild(frame: BuildFrame, build: Build): Promise<BuildOutcome> {
  const { ctx, project } = frame
  const { spec, file, sources, name } = build
  for (const note of spec.notes) ctx.log.line(`${file}: ${note}`)
  refuseRunAs(spec, file)
  const environment = { ...(await environmentOf(frame, build)), ...prepareHelpers(ctx, spec) }
  const expressions = new Expressions(spec, join(ctx.workspace, '.penstock', `expressions-${name}`))
  const cache = openCache(frame, build)
  const keys = cache === undefined ? [] : await cacheKeys(ctx, build, environment)
  const [key = '', ...fallbackKeys] = keys
  await cache?.restore(key, fallbackKeys)
  const timeout = project.timeoutInMinutes === undefined ? undefined : project.timeoutInMinutes * 60_000
  const run = {
    spec,
    folder: sources.folder,
    environment,
    expressions,
    name,
    ...defined({ timeout, image: imageOf(frame, build) }),
  }
  const failure = await runPhases(ctx, run)
  await publishReports(ctx, sources.folder, reportsOf(build, expressions))
  if (failure === undefined) await cache?.save(key)
  return { expressions, ...defined({ failure }) }
}

/** The image that the project, or the batch, asks for, unless the action names one. AWS's own are had from nowhere else. */
function imageOf({ ctx, hasImage, project }: BuildFrame, { identity }: Build): string | undefined {
  const { image } = identity
  if (hasImage || image === undefined) return undefined
  if (!image.startsWith('aws/codebuild/')) return image
  const mapping = `codebuild.images: { '${image}': IMAGE }`
  ctx.log.line(
    `project ${project.name}: ${image} is AWS's own image, which ${mapping} would name one of this machine for`,
  )
  return undefined
}

/** With their values; in a batch each build has reports of its own. */
function reportsOf({ spec, identity }: Build, expressions: Expressions): readonly ReportSpec[] {
  const suffix = identity.batchIdentifier === undefined ? '' : `-${identity.batchIdentifier}`
  return spec.reports.map((report) => ({ ...expressions.valueOf(report), group: report.group + suffix }))
}

/** Who says a variable last has the last word: the buildspec, then the project, then the action. */
async function environmentOf(frame: BuildFrame, build: Build): Promise<Record<string, string>> {
  const { job, ctx, settings, place, project } = frame
  const { spec, file, sources } = build
  const foreign = new ForeignValues(settings, ctx)
  const declared = Object.fromEntries(job.environmentVariables.map(({ name, value }) => [name, value]))
  const own = {
    ...(await foreign.ofOwner(project.environment?.environmentVariables ?? [], `project ${project.name}: variable`)),
    ...build.variables,
    ...(await foreign.ofOwner(typedVariables(frame.variables), 'EnvironmentVariables:')),
    ...declared,
  }
  const mapped = await foreign.ofBuildspec(spec, new Set(Object.keys(own)))
  foreign.check()
  const names = [...spec.exportedVariables, ...Object.keys(spec.variables), ...Object.keys(mapped)]
  const wrong = names.find((name) => !isVariableName(name))
  if (wrong !== undefined) {
    const right = 'letters, digits and _ are right, no digit first'
    throw new JobFailed(`${file}: env has the variable "${wrong}": ${right}`, 'ConfigurationError')
  }
  return { ...buildVariables(job, sources, build.identity, place), ...spec.variables, ...mapped, ...own }
}

/** A build runs as the user that runs builds here: another one it cannot become. Errors: JobFailed ConfigurationError. */
function refuseRunAs(spec: Buildspec, file: string): void {
  const users = [
    ['run-as', spec.runAs] as const,
    ...spec.phases.map(({ name, runAs }) => [`phases.${name}.run-as`, runAs] as const),
  ]
  const user = process.env.USER ?? (process.getuid?.() === 0 ? 'root' : '')
  const other = users.find(([, runAs]) => runAs !== undefined && runAs !== user)
  if (other === undefined) return
  const remedy = 'leave it out, or let a worker that runs as that user take the action'
  throw new JobFailed(
    `${file}: ${other[0]} is ${other[1]}: builds run as ${user} here; ${remedy}`,
    'ConfigurationError',
  )
}

/** The buildspec's cache, unless the project switched caches off. */
function openCache({ ctx, project, cacheFolder }: BuildFrame, { spec, sources }: Build): BuildCache | undefined {
  if (spec.cache === undefined || spec.cache.paths.length === 0) return undefined
  if (project.cache?.type === 'NO_CACHE') {
    ctx.log.line(`cache: project ${project.name} has NO_CACHE`)
    return undefined
  }
  return new BuildCache(ctx, spec.cache, sources.folder, cacheFolder, project.name)
}

/** The key and the fallback keys, with their shell expressions worked out in the build's folder. */
async function cacheKeys(
  ctx: JobContext,
  build: Build,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { key = '', fallbackKeys } = build.spec.cache ?? { fallbackKeys: [] }
  const keys = [key, ...fallbackKeys]
  if (!keys.some((one) => /[$`]/.test(one))) return keys
  const files = keys.map((_, index) => join(ctx.workspace, '.penstock', `cache-key-${build.name}-${index}`))
  const lines = keys.map((one, index) => evaluate(new Map([[one, files[index] ?? '']])))
  await ctx.exec([build.spec.shell, '-c', lines.join('')], { cwd: build.sources.folder, env, label: "the cache's key" })
  return files.map((file) => readInside(ctx, file))
}
