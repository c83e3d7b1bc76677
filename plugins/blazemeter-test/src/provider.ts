import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  defineAction,
  type JobContext,
  JobFailed,
} from '@penstock/core'
import { type Account, BlazeMeterApi } from './api.js'
import { type BlazeMeterConfig, defaultBaseUrl } from './config.js'
import { embeddedEngine, runEmbedded } from './embedded.js'
import { problemsOf, properties, type TestConfiguration } from './properties.js'
import { errorsPercent, hitsPerSecond, junitOf, type LoadReport, type Measurements, summaryOf } from './report.js'
import { followRun, startRun } from './run.js'
import { judge, parseThresholds, type Threshold } from './thresholds.js'
import { checkVerdict, measurementsOf } from './verdict.js'

type TestJob = ActionJob<TestConfiguration>

/** Without thresholds of its own, an embedded test still must not be one big error. */
const embeddedDefault = 'errors<1%'

/** CodePipeline's BlazeMeter action: a load test with a verdict. */
export function blazeMeter(config: BlazeMeterConfig): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Test',
    owner: 'ThirdParty',
    provider: 'BlazeMeter',
    description: 'Runs a load test on BlazeMeter, or with the embedded load engine where there is no account',
    inputArtifacts: [0, 1],
    outputArtifacts: [0, 1],
    configuration: properties,
    settings: {
      executionUrlTemplate: `${config.baseUrl ?? defaultBaseUrl}/app/#/masters/{ExternalExecutionId}/summary`,
    },
    validate: problemsOf,
    run: (job, ctx) => {
      const account = accountOf(job.configuration, config)
      return account === undefined ? runWithoutAccount(job, ctx) : runOnBlazeMeter(job, ctx, account, config)
    },
  })
}

function accountOf(configuration: TestConfiguration, config: BlazeMeterConfig): Account | undefined {
  const keyId = configuration.ApiKeyId ?? config.apiKeyId
  const keySecret = configuration.ApiKeySecret ?? config.apiKeySecret
  if (configuration.TestId === undefined || keyId === undefined || keySecret === undefined) return undefined
  return { baseUrl: config.baseUrl ?? defaultBaseUrl, keyId, keySecret }
}

async function runOnBlazeMeter(job: TestJob, ctx: JobContext, account: Account, config: BlazeMeterConfig) {
  const { TestId = '', Thresholds = '', TimeLimitMinutes, PublicLink } = job.configuration
  ctx.mask(account.keySecret)
  ctx.mask(Buffer.from(`${account.keyId}:${account.keySecret}`).toString('base64'))
  const api = new BlazeMeterApi(ctx.http, account)
  const run = await startRun(job, TestId, api, ctx)
  const url = await linkTo(run.masterId, api, PublicLink)
  ctx.log.line(`Report: ${url}`)
  await ctx.progress({ externalExecutionId: run.masterId, externalExecutionUrl: url })
  await followRun(run, api, ctx, { minutes: TimeLimitMinutes, pollSeconds: config.pollSeconds ?? 10 })
  await checkVerdict(run, api, ctx)
  const thresholds = parseThresholds(Thresholds).thresholds
  const high = job.outputs.length > 0 || thresholds.some(({ field }) => field === 'p95' || field === 'p99')
  const measured = run.kind === 'load' ? await measurementsOf(run, api, high) : undefined
  const references = { externalExecutionId: run.masterId, externalExecutionUrl: url }
  if (measured === undefined) return { ...references, summary: 'BlazeMeter: functional test passed' }
  return { ...references, ...(await conclude(job, ctx, thresholds, measured, { engine: 'BlazeMeter', url })) }
}

/** A report that needs no login, when asked for and allowed; the account's own page else. */
async function linkTo(masterId: string, api: BlazeMeterApi, isPublic: boolean): Promise<string> {
  const token = isPublic
    ? await api.post(`/masters/${masterId}/public-token`, { publicToken: 'None' }).then(
        (result) => (result as { publicToken?: string } | undefined)?.publicToken,
        () => undefined, // A plan may forbid public reports; that is no reason to fail the test.
      )
    : undefined
  const query = token === undefined ? '' : `?public-token=${encodeURIComponent(token)}`
  return `${api.baseUrl}/app/${query}#/masters/${masterId}/summary`
}

async function runWithoutAccount(job: TestJob, ctx: JobContext): Promise<ActionResult> {
  const { TestId, Thresholds } = job.configuration
  if (TestId !== undefined)
    ctx.log.line(`TestId ${TestId} is not used: there is no BlazeMeter account (ApiKeyId, ApiKeySecret)`)
  const measured = await runEmbedded(job.configuration, ctx)
  return conclude(job, ctx, parseThresholds(Thresholds ?? embeddedDefault).thresholds, measured, {
    engine: embeddedEngine,
  })
}

/** Judges, writes the report, and passes or fails. Errors: JobFailed naming every threshold that does not hold. */
async function conclude(
  job: TestJob,
  ctx: JobContext,
  thresholds: readonly Threshold[],
  measured: Measurements,
  about: { readonly engine: string; readonly url?: string },
): Promise<ActionResult> {
  const judgements = judge(thresholds, measured)
  const report: LoadReport = {
    ...about,
    label: 'ALL',
    ...measured,
    errorsPercent: errorsPercent(measured),
    hitsPerSecond: hitsPerSecond(measured),
    thresholds: judgements,
  }
  ctx.log.line(summaryOf(report))
  for (const judgement of judgements) ctx.log.line(judgement.message)
  await writeReport(job, ctx, report)
  const broken = judgements.filter((judgement) => !judgement.success)
  if (broken.length > 0) throw new JobFailed(`Thresholds: ${broken.map(({ message }) => message).join('; ')}`)
  return { summary: summaryOf(report), outputVariables: variablesOf(report) }
}

async function writeReport(job: TestJob, ctx: JobContext, report: LoadReport): Promise<void> {
  if (job.outputs.length === 0) return
  const folder = join(ctx.workspace, 'report')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'load-report.json'), `${JSON.stringify(report, null, 2)}\n`)
  await writeFile(join(folder, 'load-report.xml'), junitOf(report))
  await ctx.output(folder)
}

function variablesOf(report: LoadReport): Record<string, string> {
  return {
    Hits: String(report.hits),
    HitsPerSecond: String(report.hitsPerSecond),
    ErrorsPercent: String(report.errorsPercent),
    AverageMs: String(report.avg),
    P90Ms: String(report.p90),
    ...(report.url === undefined ? {} : { ReportUrl: report.url }),
  }
}
