/** Apica's own two criteria: seconds for a page on average, and percent of loops that failed. */
const fields = ['averageResponseTimePerPage', 'failedLoopsRate'] as const

export interface Threshold {
  readonly field: (typeof fields)[number]
  readonly operator: '<' | '>'
  readonly limit: number
}

export interface Performance {
  readonly averageResponseTimePerPage: number | undefined
  readonly failedLoopsRate: number | undefined
  readonly hitsPerSecond: number | undefined
}

const shape = /^(\w+)\s*([<>])\s*(\d+(?:\.\d+)?)\s*[s%]?$/

/** Reads `averageResponseTimePerPage<2, failedLoopsRate<5`: what must hold. Every part that is not understood is a problem. */
export function parseThresholds(text: string): { thresholds: Threshold[]; problems: string[] } {
  const thresholds: Threshold[] = []
  const problems: string[] = []
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue
    const [, name, operator, limit] = shape.exec(part) ?? []
    const field = fields.find((known) => known === name)
    if (field === undefined || (operator !== '<' && operator !== '>')) {
      problems.push(`Thresholds: "${part}" is not FIELD<LIMIT or FIELD>LIMIT with FIELD one of ${fields.join(', ')}`)
    } else thresholds.push({ field, operator, limit: Number(limit) })
  }
  return { thresholds, problems }
}

/** What does not hold, in words. What was not measured does not hold. */
export function brokenThresholds(thresholds: readonly Threshold[], performance: Performance): string[] {
  return thresholds.flatMap(({ field, operator, limit }) => {
    const actual = performance[field]
    if (actual !== undefined && (operator === '<' ? actual < limit : actual > limit)) return []
    return [
      `${field}${operator}${limit} does not hold: ${actual === undefined ? 'it was not measured' : `it was ${actual}`}`,
    ]
  })
}

/** The part of Apica's summary that is judged; numbers may come as text. */
export function performanceOf(summary: Readonly<Record<string, unknown>>): Performance {
  const table = (summary['Performance summary'] ?? {}) as Readonly<Record<string, unknown>>
  const passed = numberOf(table['Total passed loops'])
  const failed = numberOf(table['Total failed loops'])
  const loops = (passed ?? 0) + (failed ?? 0)
  return {
    averageResponseTimePerPage: numberOf(table['Average response time per page (s)']),
    failedLoopsRate: failed === undefined || loops === 0 ? undefined : Math.round((failed / loops) * 10_000) / 100,
    hitsPerSecond: numberOf(table['Web transaction rate (Hits/s)']),
  }
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}
