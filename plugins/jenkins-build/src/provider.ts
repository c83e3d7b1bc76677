import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  defineAction,
  type JobContext,
  JobFailed,
} from '@penstock/core'
import { JenkinsApi, type Server } from './api.js'
import { artifactFolder, downloadArtifacts } from './artifacts.js'
import { cancelBuild, followBuild, jobPath, type Place, startBuild, waitInQueue } from './build.js'
import type { JenkinsConfig } from './config.js'
import { type JenkinsConfiguration, parseParameters, problemsOf, properties } from './properties.js'

/** An action that runs a Jenkins job: starts it, shows its log as it grows, takes its artifacts. */
export function jenkins(category: 'Build' | 'Test', config: JenkinsConfig): ActionProvider<typeof properties> {
  return defineAction({
    category,
    provider: 'Jenkins',
    description: 'Runs a job of a Jenkins server',
    inputArtifacts: [0, 5],
    outputArtifacts: [0, 1],
    configuration: properties,
    validate: problemsOf,
    run: (job, ctx) => runJob(job, ctx, config),
  })
}

async function runJob(
  job: ActionJob<JenkinsConfiguration>,
  ctx: JobContext,
  config: JenkinsConfig,
): Promise<ActionResult> {
  const { ProjectName, Parameters } = job.configuration
  const server = serverOf(job.configuration, config)
  if (server.apiToken !== undefined) {
    ctx.mask(server.apiToken)
    ctx.mask(Buffer.from(`${server.userName}:${server.apiToken}`).toString('base64'))
  }
  const api = new JenkinsApi(ctx.http, server)
  const path = jobPath(ProjectName)
  const pause = (config.pollSeconds ?? 3) * 1000
  let place = job.checkpoint as Place | undefined
  try {
    if (place === undefined) {
      place = await startBuild(path, parseParameters(Parameters) ?? new URLSearchParams(), api, ctx)
      await ctx.checkpoint(place)
    }
    const number = await waitInQueue(path, place, api, ctx, pause)
    if (!('build' in place)) {
      place = { build: number, offset: 0 }
      await ctx.checkpoint(place)
    }
    return await finish(job, ctx, api, `${path}${number}/`, place, pause)
  } catch (error) {
    if (ctx.signal.aborted && place !== undefined) await cancelBuild(path, place, api, ctx)
    throw error
  }
}

async function finish(
  job: ActionJob<JenkinsConfiguration>,
  ctx: JobContext,
  api: JenkinsApi,
  path: string,
  place: { readonly build: number; readonly offset: number },
  pause: number,
): Promise<ActionResult> {
  const id = String(place.build)
  const about = { externalExecutionId: id, externalExecutionUrl: api.urlOf(path) }
  await ctx.progress(about)
  const build = await followBuild(path, place, api, ctx, pause)
  const result = build.result ?? 'unknown'
  const summary = `${job.configuration.ProjectName} #${id}: ${result}`
  const passed = result === 'SUCCESS' || (result === 'UNSTABLE' && job.configuration.AllowUnstable)
  if (!passed) throw new JobFailed(`Jenkins build ${summary}`, 'JobFailed', id)
  if (job.outputs.length > 0) {
    await downloadArtifacts(path, artifactFolder(ctx), api, ctx)
    await ctx.output(artifactFolder(ctx))
  }
  const outputVariables = { BuildNumber: id, BuildUrl: api.urlOf(path), Result: result }
  return { ...about, summary, outputVariables }
}

function serverOf(configuration: JenkinsConfiguration, config: JenkinsConfig): Server {
  const url = configuration.ServerUrl ?? config.url
  if (url === undefined) {
    throw new JobFailed(
      'ServerUrl is missing, and the plugin jenkins-build has no url in penstock.yaml',
      'ConfigurationError',
    )
  }
  // Credentials go together: those of penstock.yaml are never sent to an address that a pipeline names.
  const own = configuration.UserName !== undefined || configuration.ServerUrl !== undefined
  const userName = own ? configuration.UserName : config.userName
  const apiToken = own ? configuration.ApiToken : config.apiToken
  return {
    url: url.endsWith('/') ? url : `${url}/`,
    ...(userName === undefined ? {} : { userName }),
    ...(apiToken === undefined ? {} : { apiToken }),
  }
}
