import { errorsPercent, hitsPerSecond, type Measurements } from './report.js'

/** In BlazeMeter's vocabulary; times in ms, errors in percent, label ALL. */
const fields = ['avg', 'p90', 'p95', 'p99', 'errors', 'hits/s'] as const
export type ThresholdField = (typeof fields)[number]

/** What must hold. */
export interface Threshold {
  readonly field: ThresholdField
  readonly operator: '<' | '<=' | '>' | '>='
  readonly limit: number
}

export interface Judgement extends Threshold {
  /** As a person writes it: `p95<500`. */
  readonly rule: string
  readonly actual: number | undefined
  readonly success: boolean
  readonly message: string
}

const shape =
  /^(?<field>avg|p90|p95|p99|errors|hits\/s)\s*(?<operator><=?|>=?)\s*(?<limit>\d+(?:\.\d+)?)\s*(?<unit>ms|%|\/s)?$/
const unitOf: Readonly<Record<ThresholdField, string>> = {
  avg: 'ms',
  p90: 'ms',
  p95: 'ms',
  p99: 'ms',
  errors: '%',
  'hits/s': '/s',
}

/** Reads `p95<500, errors<1%`; every part that is not understood is a problem, in words. */
export function parseThresholds(text: string): { thresholds: Threshold[]; problems: string[] } {
  const thresholds: Threshold[] = []
  const problems: string[] = []
  for (const part of text.split(/[,;\n]/).map((piece) => piece.trim())) {
    if (part === '') continue
    const threshold = parseThreshold(part)
    if (threshold === undefined) problems.push(problemWith(part))
    else thresholds.push(threshold)
  }
  return { thresholds, problems }
}

function parseThreshold(part: string): Threshold | undefined {
  const { field, operator, limit, unit } = shape.exec(part)?.groups ?? {}
  const known = fields.find((name) => name === field)
  if (known === undefined || (unit !== undefined && unit !== unitOf[known])) return undefined
  return { field: known, operator: operator as Threshold['operator'], limit: Number(limit) }
}

function problemWith(part: string): string {
  return `Thresholds: "${part}" is not FIELD<LIMIT or FIELD>LIMIT with FIELD one of ${fields.join(', ')} (ms, %, /s), such as p95<500`
}

/** Holds each threshold against what was measured. What was not measured does not hold. */
export function judge(thresholds: readonly Threshold[], measured: Measurements): Judgement[] {
  return thresholds.map((threshold) => {
    const unit = unitOf[threshold.field]
    const rule = `${threshold.field}${threshold.operator}${threshold.limit}${unit}`
    const actual = measuredOf(threshold.field, measured)
    const success = actual !== undefined && holds(actual, threshold)
    const found = actual === undefined ? 'it was not measured' : `it was ${actual} ${unit}`
    return { ...threshold, rule, actual, success, message: `${rule} ${success ? 'holds' : 'does not hold'}: ${found}` }
  })
}

function measuredOf(field: ThresholdField, measured: Measurements): number | undefined {
  if (field === 'errors') return errorsPercent(measured)
  if (field === 'hits/s') return hitsPerSecond(measured)
  return measured[field]
}

function holds(actual: number, { operator, limit }: Threshold): boolean {
  switch (operator) {
    case '<':
      return actual < limit
    case '<=':
      return actual <= limit
    case '>':
      return actual > limit
    case '>=':
      return actual >= limit
  }
}
