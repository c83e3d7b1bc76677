import type { Judgement } from './thresholds.js'

/** What a load test measured over all its requests (BlazeMeter's label ALL). Times in milliseconds. */
export interface Measurements {
  readonly seconds: number
  readonly hits: number
  readonly failed: number
  readonly avg: number
  readonly min: number
  readonly max: number
  readonly p90: number
  /** Absent where the engine does not tell. */
  readonly p95?: number
  readonly p99?: number
}

/** The same document whichever engine ran. */
export interface LoadReport extends Measurements {
  readonly engine: string
  readonly label: 'ALL'
  /** A page with more. */
  readonly url?: string
  readonly errorsPercent: number
  readonly hitsPerSecond: number
  readonly thresholds: readonly Judgement[]
}

/** 0..100. No request at all counts as 100: a test that asked nothing proves nothing. */
export function errorsPercent(measured: Measurements): number {
  return measured.hits === 0 ? 100 : round((measured.failed / measured.hits) * 100)
}

export function hitsPerSecond(measured: Measurements): number {
  return measured.seconds > 0 ? round(measured.hits / measured.seconds) : 0
}

/** One line for the log, the page and the action's summary; at most 2,048 characters by far. */
export function summaryOf(report: LoadReport): string {
  const percentiles = (['p90', 'p95', 'p99'] as const).flatMap((name) =>
    report[name] === undefined ? [] : [`${name} ${report[name]} ms`],
  )
  const rate = `${report.hits} hits, ${report.hitsPerSecond}/s, ${report.errorsPercent} % errors`
  return `${report.engine}: ${rate}, avg ${report.avg} ms, ${percentiles.join(', ')}`
}

/** JUnit's XML: one case for each threshold, so that any report viewer shows which one failed. */
export function junitOf(report: LoadReport): string {
  const failures = report.thresholds.filter((judgement) => !judgement.success).length
  const cases = report.thresholds.map((judgement) => {
    const failure = judgement.success ? '' : `<failure message="${escapeXml(judgement.message)}"/>`
    return `    <testcase classname="${judgement.field}" name="${escapeXml(judgement.rule)}">${failure}</testcase>`
  })
  const counts = `tests="${cases.length}" failures="${failures}" time="${report.seconds}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    `  <testsuite name="${escapeXml(`load test (${report.engine})`)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

export function round(value: number): number {
  return Math.round(value * 100) / 100
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
