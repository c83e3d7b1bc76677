import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  type BuildProject,
  type ConfigurationOf,
  commandProperties,
  defineAction,
  defined,
  type JobContext,
  JobFailed,
} from '@penstock/core'
import { openSources } from '../source.js'
import { prepareVariables, readVariables } from '../variables.js'
import { runBatch } from './batch.js'
import { type Build, type BuildFrame, runBuild } from './build.js'
import { parseBuildspec } from './buildspec.js'
import { logUrl } from './environment.js'
import { findBuildspec } from './find-buildspec.js'
import { findProject } from './find-project.js'
import { keptFact } from './kept.js'
import { assignOutputs, emptyOutput, putOut } from './outputs.js'
import { projectNotes } from './project.js'
import { type CodeBuildService, trialService } from './service.js'
import { parseTypedVariables } from './typed-variables.js'

const properties = {
  ProjectName: {
    description: 'The build project: its buildspec, variables, image and limits',
    required: true,
    key: true,
  },
  PrimarySource: { description: 'With several input artifacts: the one that has the buildspec' },
  EnvironmentVariables: {
    description: 'More variables, as JSON: [{"name": "A", "value": "b", "type": "PLAINTEXT"}]',
    example: '[{"name":"STAGE","value":"beta"}]',
  },
  BuildspecOverride: {
    description: "A path inside the primary source, or the buildspec's text; what the project says unless given",
  },
  BatchEnabled: { type: 'boolean', description: "Runs the builds of the buildspec's batch section" },
  CombineArtifacts: { type: 'boolean', description: "A batch's artifacts become one" },
  ...commandProperties,
} as const

type Configuration = ConfigurationOf<typeof properties>

function validate({ BatchEnabled, CombineArtifacts, EnvironmentVariables }: Configuration): string[] {
  const variables = EnvironmentVariables === undefined ? [] : parseTypedVariables(EnvironmentVariables)
  return [
    ...(CombineArtifacts === true && BatchEnabled !== true
      ? ['CombineArtifacts is true: it belongs to batch builds, so that BatchEnabled must be true as well']
      : []),
    ...(typeof variables === 'string' ? [variables] : []),
  ]
}

/** What the provider needs besides its job. */
export interface CodeBuildParts {
  readonly service: CodeBuildService
  /** Where caches lie; the job's own folder when absent: then nothing is kept. */
  readonly cacheFolder?: () => string
}

/**
 * Build/AWS/CodeBuild and Test/AWS/CodeBuild: a build project's buildspec, run on this machine. Its exported variables are
 * the action's output variables; its artifacts sections are the output artifacts.
 */
export function codeBuild(
  category: 'Build' | 'Test',
  parts: CodeBuildParts = { service: trialService() },
): ActionProvider<typeof properties> {
  return defineAction({
    category,
    owner: 'AWS',
    provider: 'CodeBuild',
    description: "Runs a build project's buildspec",
    inputArtifacts: [1, 5],
    outputArtifacts: [0, 5],
    configuration: properties,
    validate,
    run: (job, ctx) => run(parts, job, ctx),
  })
}

async function run(parts: CodeBuildParts, job: ActionJob<Configuration>, ctx: JobContext): Promise<ActionResult> {
  const { ProjectName, PrimarySource, BatchEnabled, CombineArtifacts } = job.configuration
  const { project, warning } = await findProject(parts.service, ProjectName)
  if (job.inputNames.length > 1 && PrimarySource === undefined) {
    const message = `PrimarySource is missing: with several input artifacts it names the one with the buildspec (${job.inputNames.join(', ')})`
    throw new JobFailed(message, 'ConfigurationError')
  }
  const frame = await frameOf(parts, job, ctx, project)
  const build = await prepare(parts, job, ctx, frame)
  const { id, number } = build.identity
  const link = { externalExecutionId: id, externalExecutionUrl: logUrl(frame.place.publicUrl, job) }
  const summary = [...(warning === undefined ? [] : [warning]), `build ${number} with ${build.file}`].join('; ')
  await ctx.progress({ summary, ...link })
  for (const note of [...(warning === undefined ? [] : [warning]), ...projectNotes(project)]) ctx.log.line(note)
  ctx.log.line(`build ${id}, number ${number}, with ${build.file}, on this machine`)
  const failure =
    BatchEnabled === true ? await batchOf(parts, frame, build, CombineArtifacts === true) : await singleOf(frame, build)
  if (failure !== undefined) throw new JobFailed(failure, 'JobFailed', id)
  return { summary, ...link, outputVariables: await readVariables(ctx, build.spec.exportedVariables) }
}

async function frameOf(
  { service, cacheFolder }: CodeBuildParts,
  job: ActionJob<Configuration>,
  ctx: JobContext,
  project: BuildProject,
): Promise<BuildFrame> {
  const variables = job.configuration.EnvironmentVariables
  const caches = cacheFolder?.() ?? `${ctx.workspace}/.penstock/cache`
  const [settings, place] = [await service.settings(), await service.place()]
  const hasImage = job.configuration.Image !== undefined
  return { job, ctx, settings, place, project, cacheFolder: caches, hasImage, ...defined({ variables }) }
}

async function prepare(
  { service }: CodeBuildParts,
  job: ActionJob<Configuration>,
  ctx: JobContext,
  { project, settings }: BuildFrame,
): Promise<Build> {
  const { PrimarySource, BuildspecOverride } = job.configuration
  const sources = await openSources(job, ctx, PrimarySource)
  const { file, text } = await findBuildspec(sources.folder, choiceOf(project, BuildspecOverride))
  const spec = parseBuildspec(text, file)
  const known = await keptFact(ctx, 'build', async () => ({
    number: await service.numbers.next(project.name),
    startTime: ctx.clock.now(),
  }))
  const wanted = project.environment?.image
  const image = wanted === undefined ? undefined : (settings.images[wanted] ?? wanted)
  const identity = {
    projectName: project.name,
    id: `${project.name}:${job.actionExecutionId}`,
    ...known,
    ...defined({ image, encryptionKey: project.encryptionKey }),
  }
  return { spec, file, sources, identity, variables: {}, name: 'build' }
}

function choiceOf(project: BuildProject, override: string | undefined) {
  if (override !== undefined) return { from: 'BuildspecOverride', value: override }
  const value = project.source?.buildspec
  return value === undefined || value === '' ? undefined : { from: `project ${project.name}: source.buildspec`, value }
}

async function singleOf(frame: BuildFrame, build: Build): Promise<string | undefined> {
  const { ctx, job } = frame
  const { spec, file, sources } = build
  if (spec.phases.length === 0) {
    const message = `${file}: phases is missing: it has a batch only, so that BatchEnabled must be true`
    throw new JobFailed(message, 'ConfigurationError')
  }
  const { failure, expressions } = await runBuild(frame, build)
  if (failure !== undefined) return failure
  for (const [name, section] of assignOutputs(job, spec)) {
    if (section === undefined) ctx.log.line(emptyOutput(name, file, job.outputs.length === 1))
    else await putOut(ctx, sources.folder, name, expressions.valueOf(section))
  }
  return undefined
}

async function batchOf(
  { service }: CodeBuildParts,
  frame: BuildFrame,
  build: Build,
  combines: boolean,
): Promise<string | undefined> {
  const { batch } = build.spec
  if (batch === undefined) {
    const message = `${build.file}: batch is missing, and BatchEnabled is true`
    throw new JobFailed(message, 'ConfigurationError')
  }
  await prepareVariables(frame.ctx)
  return runBatch(frame, { build, spec: batch, numbers: service.numbers, combines })
}
