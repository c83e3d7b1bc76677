import { type JobContext, JobFailed } from '@penstock/core'
import type { BlazeMeterApi } from './api.js'
import type { Measurements } from './report.js'
import type { Run } from './run.js'
import type { AggregateReport, CiStatus, CodedError, Master, Summary, ThresholdsReport } from './shapes.js'

/** No report was made. */
const noReport = 70404
/** How long the grid may take to tell a functional test's verdict, milliseconds. */
const gridPatience = 65_000

/**
 * Asks for the verdict in the order of BlazeMeter's own clients. Errors: JobFailed with BlazeMeter's words when the test
 * failed or has no data.
 */
export async function checkVerdict(run: Run, api: BlazeMeterApi, ctx: JobContext): Promise<void> {
  const path = `/masters/${run.masterId}`
  if (run.kind === 'functionalGui') return checkFunctional(run, api, ctx)
  const master = ((await api.get(path)) ?? {}) as Master
  const sessionErrors = (master.sessions ?? []).flatMap((session) => session.errors ?? [])
  if (master.hasData === false) {
    throw failure(run, `has no data${because([...sessionErrors, ...noteOf(master)])}`)
  }
  const status = ((await api.get(`${path}/ci-status`)) ?? {}) as CiStatus
  if (status.failures?.length) throw failure(run, `failed${because(status.failures)}`)
  if (status.errors?.length) {
    const plain = status.errors.every(({ code }) => code === 0 || code === noReport)
    throw failure(run, `${plain ? 'failed' : 'ended with errors'}${because(status.errors)}`)
  }
  const { hasThresholds } = ((await api.get(`${path}/full`)) ?? {}) as Master
  if (hasThresholds) await checkThresholds(run, api)
}

async function checkThresholds(run: Run, api: BlazeMeterApi): Promise<void> {
  const path = `/masters/${run.masterId}/reports/thresholds?external=false&source=default`
  const { data = [] } = ((await api.get(path)) ?? {}) as ThresholdsReport
  const failed = data.filter((group) => group.success === false)
  if (failed.length === 0) return
  const broken = failed.flatMap((group) => (group.assertions ?? []).filter((assertion) => assertion.success === false))
  const names = broken.map(({ field, label }) => `${field ?? '?'} of ${label ?? 'ALL'}`)
  throw failure(run, `missed its failure criteria: ${names.join(', ') || 'BlazeMeter does not say which'}`)
}

async function checkFunctional(run: Run, api: BlazeMeterApi, ctx: JobContext): Promise<void> {
  const deadline = ctx.clock.now() + gridPatience
  for (;;) {
    const master = ((await api.get(`/masters/${run.masterId}`)) ?? {}) as Master
    const suite = master.testSuiteSummary?.suiteSummary
    const verdict = master.gridSummary?.definedStatus ?? suite?.definedStatus ?? suite?.status
    if (verdict === 'passed') return
    if (verdict !== undefined) throw failure(run, `is ${verdict}`)
    if (ctx.clock.now() >= deadline) throw failure(run, 'has no verdict after 65 seconds')
    await ctx.sleep(5000)
  }
}

function failure(run: Run, what: string): JobFailed {
  return new JobFailed(`BlazeMeter run ${run.masterId} ${what}`, 'JobFailed', run.masterId)
}

function because(errors: readonly CodedError[]): string {
  const words = errors.map(({ code, message }) => `${message ?? 'no message'}${code ? ` (${code})` : ''}`)
  return words.length === 0 ? '' : `: ${words.join('; ')}`
}

function noteOf({ note }: Master): CodedError[] {
  return note ? [{ message: note }] : []
}

/** What BlazeMeter measured over all requests; percentiles above 90 come from another report, asked for when they are `needed`. */
export async function measurementsOf(run: Run, api: BlazeMeterApi, needed: boolean): Promise<Measurements> {
  const path = `/masters/${run.masterId}/reports`
  const { summary = [] } = ((await api.get(`${path}/main/summary`)) ?? {}) as Summary
  const all = summary[0] ?? {}
  const aggregate = needed
    ? ((await api.get(`${path}/aggregatereport/data`)) as AggregateReport | undefined)
    : undefined
  const line = aggregate?.find(({ labelName }) => labelName === 'ALL')
  return {
    seconds: (all.last ?? 0) - (all.first ?? 0),
    hits: all.hits ?? 0,
    failed: all.failed ?? 0,
    avg: all.avg ?? 0,
    min: all.min ?? 0,
    max: all.max ?? 0,
    p90: all.tp90 ?? 0,
    ...(line?.['95line'] === undefined ? {} : { p95: line['95line'] }),
    ...(line?.['99line'] === undefined ? {} : { p99: line['99line'] }),
  }
}
