/**
 * 200 git repositories that are polled each minute, nothing new: a whole server as a process, and a git server as another,
 * which answers what git's own http-backend answered first.
 * - poll-wave-cpu: of a core, percent, over so many minutes, less what the same server takes with nothing to poll; against
 *   `git ls-remote` for as many (its own processor time). Budget: 0.5 %.
 * - poll-wave-length: from a minute's first request to its last. Budget: 2,000 ms.
 * - poll-wave-busiest: of the wave's requests, how many came within its busiest tenth of a second.
 * Run after `npm run build`:
 * TSX_TSCONFIG_PATH=core/tsconfig.json node --conditions @penstock/source --import tsx scripts/bench/poll-wave.ts [repositories] [minutes]
 */
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { startGitServer } from '../../core/src/testkit/git-server.js'
import { median, print } from './support/figures.js'
import { Subject } from './support/subject.js'

interface Recorded {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: Buffer
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Every folder is the same repository. Tells its address, and at a message, when it was asked for refs since the last. */
async function serve(): Promise<void> {
  const real = await startGitServer()
  const url = await real.createRepository('acme/site')
  await real.commit('acme/site', { 'a.txt': 'one' }, 'First')
  const known = new Map<string, Promise<Recorded>>()
  let asked: number[] = []
  const record = async (request: IncomingMessage, path: string, body: Buffer): Promise<Recorded> => {
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers as Record<string, string>
    const { method = 'GET' } = request
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(method === 'POST' ? { body: new Uint8Array(body) } : {}),
    })
    const type = answer.headers.get('content-type') ?? 'text/plain'
    return { status: answer.status, headers: { 'content-type': type }, body: Buffer.from(await answer.arrayBuffer()) }
  }
  const server = createServer(async (request, response) => {
    const body = await readAll(request)
    if (request.method === 'POST') asked.push(Date.now())
    const path = /\/(info\/refs|git-upload-pack).*$/.exec(request.url ?? '')?.[0] ?? '/'
    const key = `${request.method} ${path} ${request.headers['git-protocol']} ${body.toString('base64')}`
    if (!known.has(key)) known.set(key, record(request, path, body))
    const { status, headers, body: answer } = (await known.get(key)) as Recorded
    response.writeHead(status, { ...headers, 'content-length': answer.length }).end(answer)
  })
  server.keepAliveTimeout = 120_000
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, real: url })
  })
  process.on('message', () => {
    process.send?.(asked)
    asked = []
  })
  process.once('disconnect', () => void real.stop().then(() => process.exit()))
}

/** Processor seconds of a process so far. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function lsRemote(url: string, times: number): number {
  const script = `i=0; while [ $i -lt ${times} ]; do git ls-remote "$1" refs/heads/main >/dev/null; i=$((i+1)); done; times`
  const printed = execFileSync('bash', ['-c', script, 'bash', url], { encoding: 'utf8' }).split('\n')[1] ?? ''
  return Array.from(printed.matchAll(/(\d+)m([\d.]+)s/g), ([, m, s]) => Number(m) * 60 + Number(s)).reduce(
    (a, b) => a + b,
    0,
  )
}

async function untilMinutes(count: number): Promise<void> {
  const minute = 60_000
  await delay(minute - (Date.now() % minute) - 2_000 + (Date.now() % minute > minute - 2_500 ? minute : 0))
  await delay((count - 1) * minute)
}

async function create(subject: Subject, url: string, index: number): Promise<void> {
  const type = (category: 'Source' | 'Build', provider: string) =>
    ({ category, owner: 'Custom', provider, version: '1' }) as const
  const stages = [
    {
      name: 'Source',
      actions: [
        {
          name: 'Fetch',
          actionTypeId: type('Source', 'Git'),
          configuration: { Url: `${url}/r${index}`, Branch: 'main' },
          outputArtifacts: [{ name: 'Code' }],
        },
      ],
    },
    {
      name: 'Build',
      actions: [{ name: 'Make', actionTypeId: type('Build', 'Shell'), configuration: { Command: 'true' } }],
    },
  ]
  await subject.create(`repository-${index}`, [], { stages } as never)
}

async function main(repositories: number, minutes: number): Promise<void> {
  const git = fork(__filename, ['serve'])
  const [{ url, real }] = (await once(git, 'message')) as [{ url: string; real: string }]
  const subject = await Subject.start()
  const { pid } = subject.server
  await untilMinutes(1)
  let before = cpuOf(pid)
  await delay(60_000)
  const idle = cpuOf(pid) - before
  for (let index = 0; index < repositories; index++) await create(subject, url, index)
  for (let index = 0; index < repositories; index++) await subject.atRest(`repository-${index}`)
  await untilMinutes(3) // what V8 compiles in the first waves is not what a server that polls for days costs
  git.send('reset')
  await once(git, 'message')
  const [percent, length, busiest]: [number[], number[], number[]] = [[], [], []]
  for (let minute = 0; minute < minutes; minute++) {
    before = cpuOf(pid)
    await delay(60_000)
    percent.push(((cpuOf(pid) - before - idle) / 60) * 100)
    git.send('asked')
    const [asked] = (await once(git, 'message')) as [number[]]
    if (asked.length !== repositories) process.stdout.write(`${asked.length} requests in a minute\n`)
    length.push((asked.at(-1) ?? 0) - (asked[0] ?? 0))
    busiest.push(Math.max(...asked.map((at) => asked.filter((one) => one >= at && one < at + 100).length)))
  }
  const theirs = (lsRemote(real, 20) * repositories) / 20
  print('poll-wave-cpu', median(percent), (theirs / 60) * 100, '% of a core; git ls-remote')
  print('poll-wave-length', median(length), 2_000, 'ms; the budget', 0)
  print('poll-wave-busiest', median(busiest), repositories, 'requests in a tenth of a second, of all', 0)
  process.stdout.write(`poll-wave-idle: ${((idle / 60) * 100).toFixed(2)} % of a core with nothing to poll\n`)
  git.disconnect()
  await subject.remove()
}

void (process.argv[2] === 'serve'
  ? serve()
  : main(Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 3)).then(() => process.exit()))
