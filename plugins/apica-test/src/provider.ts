import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  type ConfigurationOf,
  defineAction,
  type JobContext,
  JobFailed,
  type PropertyDeclarations,
} from '@penstock/core'
import { ApicaApi, type JobStatus, type Summary } from './api.js'
import { type ApicaConfig, defaultBaseUrl } from './config.js'
import { brokenThresholds, parseThresholds, performanceOf } from './thresholds.js'

const properties = {
  Preset: { description: 'The self-service preset', required: true, key: true, example: 'smoke' },
  RunnableFile: {
    description: 'The script that is run',
    required: true,
    pattern: '.+\\.(class|zip)',
    example: 'Home.class',
  },
  ApiToken: { description: "The account's token; the server's own when absent", secret: true },
  Thresholds: {
    description: 'What must hold: averageResponseTimePerPage in seconds, failedLoopsRate in percent',
    example: 'averageResponseTimePerPage<2, failedLoopsRate<5',
  },
  TimeLimitMinutes: { type: 'number', description: 'After this the action fails', default: 180 },
} as const satisfies PropertyDeclarations

type ApicaConfiguration = ConfigurationOf<typeof properties>

/** A test that was started; kept as checkpoint, so that it is not started twice. */
interface Place {
  readonly jobId: number
  /** Epoch milliseconds. */
  readonly started: number
}

/** A load test with Apica: a preset and a script, followed to its end and judged here, as Apica leaves to its clients. */
export function apica(config: ApicaConfig): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Test',
    owner: 'ThirdParty',
    provider: 'Apica',
    description: 'Runs a load test with Apica',
    inputArtifacts: [0, 1],
    outputArtifacts: [0, 1],
    configuration: properties,
    validate: ({ Thresholds = '' }) => parseThresholds(Thresholds).problems,
    run: (job, ctx) => runTest(job, ctx, config),
  })
}

async function runTest(
  job: ActionJob<ApicaConfiguration>,
  ctx: JobContext,
  config: ApicaConfig,
): Promise<ActionResult> {
  const token = job.configuration.ApiToken ?? config.token
  if (token === undefined) {
    throw new JobFailed(
      'ApiToken is missing, and the plugin apica-test has no token in penstock.yaml',
      'ConfigurationError',
    )
  }
  ctx.mask(token)
  ctx.mask(encodeURIComponent(token))
  const api = new ApicaApi(ctx.http, config.baseUrl ?? defaultBaseUrl, token)
  const place = (job.checkpoint as Place | undefined) ?? (await start(job.configuration, api, ctx))
  await ctx.progress({ externalExecutionId: String(place.jobId) })
  await follow(place, job.configuration.TimeLimitMinutes, api, ctx, (config.pollSeconds ?? 10) * 1000)
  const summary = (await api.get(`selfservicejobs/${place.jobId}/summary`)) as Summary
  return conclude(job, ctx, place, summary)
}

/** Both names are looked up first: Apica would accept the job and fail it later without saying why. */
async function start({ Preset, RunnableFile }: ApicaConfiguration, api: ApicaApi, ctx: JobContext): Promise<Place> {
  await api.get(`selfservicepresets/${encodeURIComponent(Preset)}`)
  await api.get(`selfservicefiles/${encodeURIComponent(RunnableFile)}`)
  const answer = await api.post('selfservicejobs/preset', { PresetName: Preset, RunnableFileName: RunnableFile })
  const { jobid, exception } = answer as { jobid?: number; exception?: string }
  if (exception || jobid === undefined)
    throw new JobFailed(`Apica did not start the test: ${exception || 'it named no job'}`)
  ctx.log.line(`Apica job ${jobid}: preset ${Preset}, script ${RunnableFile}`)
  const place = { jobId: jobid, started: ctx.clock.now() }
  await ctx.checkpoint(place)
  return place
}

async function follow(place: Place, minutes: number, api: ApicaApi, ctx: JobContext, pause: number): Promise<void> {
  let said = ''
  for (;;) {
    const status = (await api.get(`selfservicejobs/${place.jobId}`)) as JobStatus
    const message = status.message ?? ''
    if (message !== said) ctx.log.line(`Apica job ${place.jobId}: ${message}`)
    said = message
    if (status.error || status.exception) {
      throw new JobFailed(`Apica job ${place.jobId}: ${status.exception || message}`, 'JobFailed', String(place.jobId))
    }
    if (status.completed) return
    if (ctx.clock.now() - place.started > minutes * 60_000) {
      throw new JobFailed(`Apica job ${place.jobId} did not end within TimeLimitMinutes ${minutes}; it was: ${message}`)
    }
    await ctx.progress({ summary: `Apica: ${message}` })
    await ctx.sleep(pause)
  }
}

async function conclude(
  job: ActionJob<ApicaConfiguration>,
  ctx: JobContext,
  place: Place,
  summary: Summary,
): Promise<ActionResult> {
  const performance = performanceOf(summary)
  const words = `average response time per page ${performance.averageResponseTimePerPage} s, failed loops ${performance.failedLoopsRate} %, ${performance.hitsPerSecond} hits/s`
  ctx.log.line(words)
  if (job.outputs.length > 0) {
    const folder = join(ctx.workspace, 'report')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'apica-report.json'), `${JSON.stringify(summary, null, 2)}\n`)
    await ctx.output(folder)
  }
  const broken = brokenThresholds(parseThresholds(job.configuration.Thresholds ?? '').thresholds, performance)
  if (broken.length > 0) throw new JobFailed(`Thresholds: ${broken.join('; ')}`, 'JobFailed', String(place.jobId))
  const link = summary['Link to testresults']
  return {
    summary: `Apica: ${words}`,
    externalExecutionId: String(place.jobId),
    ...(typeof link === 'string' && link !== '' ? { externalExecutionUrl: link } : {}),
    outputVariables: Object.fromEntries(
      Object.entries(performance).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
    ),
  }
}
