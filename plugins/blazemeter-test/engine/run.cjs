/**
 * The embedded load engine, as a process of its own: the server's event loop is no place to make load in.
 * Usage: node run.cjs '{"url", "connections", "seconds", "report"}'; writes the measurements to the file `report`.
 * Plain JavaScript, so that it runs the same from source and when built.
 */
const { writeFileSync } = require('node:fs')
const autocannon = require('autocannon')

const options = JSON.parse(process.argv[2])
const { url, connections, seconds, report } = options

/** Response times in tenths of a millisecond, up to a minute; autocannon's own histogram has neither p95 nor fractions. */
const step = 10
const times = new Uint32Array(60_000 * step)
let hits = 0
let failed = 0
let sum = 0
let min = Number.POSITIVE_INFINITY
let max = 0
let firstError

function percentile(share) {
  let seen = 0
  for (let index = 0; index < times.length; index++) {
    seen += times[index]
    if (seen > 0 && seen >= hits * share) return index / step
  }
  return max
}

const started = process.hrtime.bigint()
const run = autocannon(
  { url, connections, duration: seconds, timeout: 10, headers: { 'user-agent': 'penstock-load' } },
  finish,
)

run.on('response', (_client, status, _bytes, time) => {
  hits++
  if (status >= 400) failed++
  sum += time
  min = Math.min(min, time)
  max = Math.max(max, time)
  times[Math.min(times.length - 1, Math.round(time * step))]++
})
run.on('reqError', (error) => {
  firstError ??= error.message
})

let ticks = 0
run.on('tick', ({ counter }) => {
  if (++ticks % 5 === 0) console.log(`${ticks} s: ${hits} hits, ${counter}/s, ${failed} failed`)
})

function finish(error, result) {
  if (error) {
    console.error(error.message)
    process.exit(2)
  }
  const took = Number(process.hrtime.bigint() - started) / 1e9
  const round = (value) => Math.round(value * 100) / 100
  const answered = hits
  const measured = {
    seconds: round(took),
    hits: hits + result.errors,
    failed: failed + result.errors,
    avg: answered === 0 ? 0 : round(sum / answered),
    min: answered === 0 ? 0 : round(min),
    max: round(max),
    p90: percentile(0.9),
    p95: percentile(0.95),
    p99: percentile(0.99),
    timeouts: result.timeouts,
    statusCodes: Object.fromEntries(
      Object.entries(result.statusCodeStats ?? {}).map(([code, { count }]) => [code, count]),
    ),
    ...(firstError === undefined ? {} : { firstError }),
  }
  writeFileSync(report, `${JSON.stringify(measured, null, 2)}\n`)
}
