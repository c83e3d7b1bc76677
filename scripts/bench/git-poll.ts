/**
 * CPU time of one poll of a git repository over HTTP with nothing new, against `git ls-remote`.
 * Prints `git-poll: ours, theirs, ratio` (medians of five rounds); the budget is 1 ms.
 * Run: node --conditions @penstock/source --import tsx scripts/bench/git-poll.ts
 */
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { systemClock } from '../../core/src/domain/clock.js'
import { branchTip } from '../../core/src/git/branch-tip.js'
import { startGitServer } from '../../core/src/testkit/git-server.js'

const rounds = 5
const polls = 200
const peerPolls = 10

/** The server runs in a process of its own, so that its work is not counted. */
async function serve(): Promise<void> {
  const server = await startGitServer()
  const url = await server.createRepository('acme/site')
  await server.commit('acme/site', { 'a.txt': 'one' }, 'First')
  process.send?.(url)
  process.once('disconnect', () => void server.stop())
}

const poll = (url: string) => branchTip({ url }, 'main', { clock: systemClock })

async function ours(url: string): Promise<number> {
  const before = process.cpuUsage()
  for (let count = 0; count < polls; count++) await poll(url)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / polls
}

/** The shell's `times` prints what its children used, on its second line. */
function theirs(url: string): number {
  const script = `i=0; while [ $i -lt ${peerPolls} ]; do git ls-remote "$1" refs/heads/main >/dev/null; i=$((i+1)); done; times`
  const printed = execFileSync('bash', ['-c', script, 'bash', url], { encoding: 'utf8' }).split('\n')[1] ?? ''
  const seconds = Array.from(printed.matchAll(/(\d+)m([\d.]+)s/g), ([, m, s]) => Number(m) * 60 + Number(s))
  return (seconds.reduce((a, b) => a + b, 0) * 1000) / peerPolls
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function measure(): Promise<void> {
  const server = fork(__filename, ['serve'])
  const [url] = (await once(server, 'message')) as [string]
  // A server polls for days: what counts is the compiled code's cost, which V8 has after some thousand polls.
  for (let wave = 0; wave < 500; wave++) await Promise.all(Array.from({ length: 8 }, () => poll(url)))
  const samples = { ours: [] as number[], theirs: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    samples.ours.push(await ours(url))
    samples.theirs.push(theirs(url))
  }
  server.disconnect()
  const [us, them] = [median(samples.ours), median(samples.theirs)]
  console.log(`git-poll: ${us.toFixed(2)} ms, ${them.toFixed(2)} ms, ${(us / them).toFixed(3)}`)
  process.exit(us <= 1 ? 0 : 1)
}

void (process.argv[2] === 'serve' ? serve() : measure())
