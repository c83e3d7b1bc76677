/**
 * A large repository: from asking for its newest commit until its files are there, against `git clone --depth 1` of the same
 * over the same server (medians, alternating), the packing to an artifact as a line of its own, and the memory of the
 * process that does it. Budgets: 1.2 of the clone, 150 MB.
 * Run: node --conditions @penstock/source --import tsx scripts/bench/git-fetch.ts [files, 20000] [kilobytes each, 20]
 * The large form: 100000 20 (2 GB).
 */
import { execFileSync, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packFolder } from '../../core/src/artifacts/pack.js'
import { systemClock } from '../../core/src/domain/clock.js'
import { branchTip } from '../../core/src/git/branch-tip.js'
import { fetchCommit } from '../../core/src/git/fetch-commit.js'
import { startGitServer } from '../../core/src/testkit/git-server.js'
import { median, print } from './support/figures.js'

const files = Number(process.argv[2] ?? 20_000)
const bytes = Number(process.argv[3] ?? 20) * 1024
const rounds = 3
const megabyte = 1024 ** 2

/** The server has a process of its own, so that its memory is not counted. */
async function serve(folder: string): Promise<void> {
  const server = await startGitServer({ folder })
  process.send?.(`${server.url}/large.git`)
  process.once('disconnect', () => void server.stop())
}

/** Files that cannot be compressed, a hundred in a folder, in one commit of a bare repository. */
function fill(folder: string): void {
  const tree = join(folder, 'tree')
  for (let index = 0; index < files; index++) {
    const inner = join(tree, `d${Math.floor(index / 100)}`)
    if (index % 100 === 0) mkdirSync(inner, { recursive: true })
    writeFileSync(join(inner, `f${index}`), randomBytes(bytes))
  }
  const by = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'core.compression=0']
  const git = (...args: string[]) => execFileSync('git', [...by, ...args], { cwd: tree })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-qm', 'Large')
  git('clone', '-q', '--bare', tree, join(folder, 'served', 'large.git'))
  rmSync(tree, { recursive: true })
}

async function timed(work: () => unknown): Promise<number> {
  const began = process.hrtime.bigint()
  await work()
  return Number(process.hrtime.bigint() - began) / 1e6
}

async function fetchOnce(url: string, folder: string): Promise<void> {
  const remote = { url }
  const { commit } = await branchTip(remote, 'main', { clock: systemClock })
  const places = { folder, gitFolder: `${folder}.git`, history: false, branch: 'main' }
  await fetchCommit({ remote, url, commit, ...places, signal: new AbortController().signal }, 'git')
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-fetch-'))
  mkdirSync(join(folder, 'served'))
  fill(folder)
  const child = fork(__filename, [join(folder, 'served')], { env: { ...process.env, BENCH_SERVES: '1' } })
  const [url] = (await once(child, 'message')) as [string]
  const before = process.memoryUsage().rss
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 20)
  try {
    const [ours, theirs, packed]: [number[], number[], number[]] = [[], [], []]
    for (let round = 0; round < rounds; round++) {
      const [own, clone, zip] = [join(folder, 'own'), join(folder, 'clone'), join(folder, 'a.zip')]
      theirs.push(await timed(() => execFileSync('git', ['clone', '-q', '--depth', '1', url, clone])))
      ours.push(await timed(() => fetchOnce(url, own)))
      packed.push(await timed(() => packFolder(own, zip)))
      if (round === 0) process.stdout.write(`artifact: ${(statSync(zip).size / megabyte).toFixed(0)} MB\n`)
      for (const path of [own, `${own}.git`, clone, zip]) rmSync(path, { recursive: true, force: true })
    }
    print('git-fetch', median(ours), median(theirs), 'ms (git clone --depth 1)', 0)
    process.stdout.write(`packing: ${median(packed).toFixed(0)} ms\n`)
    process.stdout.write(
      `memory: ${((peak - before) / megabyte).toFixed(0)} MB above ${(before / megabyte).toFixed(0)}\n`,
    )
  } finally {
    clearInterval(watch)
    child.disconnect()
    rmSync(folder, { recursive: true, force: true })
  }
}

void (process.env.BENCH_SERVES === '1' ? serve(process.argv[2] ?? '') : main())
