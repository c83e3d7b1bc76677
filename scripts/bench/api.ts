/**
 * GetPipelineState over HTTP with signed requests, on a server that is held to one core, against a bare Node server that
 * answers the same bytes. Prints `name: ours, theirs, ratio` (medians of five rounds that take turns):
 * - api-latency: half of the answers come within so many milliseconds, one request at a time. The budget is 2 ms.
 * - api-throughput: answers a second, eight at a time. The budget is 1,500 a second on one core.
 * - api-cpu: microseconds of the server's processor an answer, which other work on the machine does not change.
 * Run: TSX_TSCONFIG_PATH=core/tsconfig.json node --conditions @penstock/source --import tsx scripts/bench/api.ts [seconds a round]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startServer } from '../../core/src/app/server.js'
import { sign } from '../../plugins/aws-api/test/sigv4/signer.js'
import { workerPipeline } from '../../test/aws/support/pipelines.js'
import { processorOf } from './support/processes.js'

const rounds = 5
const [role = '4', answerText = ''] = process.argv.slice(2)
const body = JSON.stringify({ name: 'bench' })
const target = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'CodePipeline_20150709.GetPipelineState',
}

interface Told {
  readonly url: string
  readonly headers: Record<string, string>
}

/** The child that is measured: a whole server with one pipeline, and a signed request for it. */
async function ours(): Promise<Told> {
  const dataDir = mkdtempSync(join(tmpdir(), 'penstock-bench-api-'))
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  const server = await startServer({ dataDir, port: 0, env: {}, writeLog: () => {} })
  const { operations, access, identity } = server.services
  const by = { name: 'bench', arn: 'arn:aws:iam::123456789012:user/bench', policies: [] }
  for (const category of ['Source', 'Build'] as const) {
    const counts = { minimumCount: 0, maximumCount: 5 }
    const configurationProperties = ['Token', 'Project'].map((name) => {
      return { name, required: false, key: false, secret: name === 'Token' }
    })
    const id = { category, provider: 'Outside', version: 'v2', configurationProperties }
    await operations.createCustomActionType(by, { ...id, inputArtifactDetails: counts, outputArtifactDetails: counts })
  }
  const pipeline = workerPipeline('bench', identity.accountId, identity.bucket)
  await operations.createPipeline(by, { pipeline: pipeline as never })
  const credentials = await access.createAccessKey('bench', ['AWSCodePipeline_FullAccess'])
  const { host } = new URL(server.address)
  const headers = await sign(host, { body, headers: target, credentials, region: identity.region })
  return { url: server.address, headers }
}

/** The floor: nothing but Node, and the same answer. */
async function floor(): Promise<Told> {
  const server = createServer((incoming, response) => {
    incoming.on('data', () => {})
    incoming.on('end', () => response.writeHead(200, target).end(answerText))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers: target }
}

async function start(kind: 'ours' | 'floor', more: string[] = []): Promise<{ child: ChildProcess; told: Told }> {
  const node = [process.execPath, ...process.execArgv, __filename, kind, ...more]
  const child = spawn('taskset', ['-c', '0', ...node], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, told: JSON.parse(line) as Told }
}

/** Sends the request over and over on so many connections. Answers the milliseconds that each took. */
async function drive({ url, headers }: Told, connections: number, seconds: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const { port } = new URL(url)
  const took: number[] = []
  const end = performance.now() + seconds * 1000
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const began = performance.now()
      const sent = request({ agent, port, method: 'POST', headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`answered ${response.statusCode}`))
        response.resume()
        response.once('end', () => {
          took.push(performance.now() - began)
          resolve()
        })
      })
      sent.once('error', reject)
      sent.end(body)
    })
  const line = async () => {
    while (performance.now() < end) await one()
  }
  await Promise.all(Array.from({ length: connections }, line))
  agent.destroy()
  return took
}

interface Round {
  readonly p50: number
  readonly perSecond: number
  readonly cpu: number
}

async function round({ child, told }: { child: ChildProcess; told: Told }, seconds: number): Promise<Round> {
  const single = await drive(told, 1, seconds)
  const before = processorOf(child.pid ?? 0)
  const many = await drive(told, 8, seconds)
  const cpu = processorOf(child.pid ?? 0) - before
  return { p50: median(single), perSecond: many.length / seconds, cpu: (1000 * cpu) / many.length }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

async function main(seconds: number): Promise<void> {
  const penstock = await start('ours')
  const answer = await fetch(penstock.told.url, { method: 'POST', body, headers: penstock.told.headers })
  const bare = await start('floor', [await answer.text()])
  for (const side of [penstock, bare]) await round(side, 2) // warm
  const results: Record<'ours' | 'theirs', Round[]> = { ours: [], theirs: [] }
  for (let i = 0; i < rounds; i++) {
    results.ours.push(await round(penstock, seconds))
    results.theirs.push(await round(bare, seconds))
  }
  for (const { child } of [penstock, bare]) child.kill('SIGTERM')
  const of = (side: 'ours' | 'theirs', key: keyof Round) => median(results[side].map((one) => one[key]))
  for (const [name, key, unit, digits] of [
    ['api-latency', 'p50', 'ms', 2],
    ['api-throughput', 'perSecond', '/s', 0],
    ['api-cpu', 'cpu', 'µs', 0],
  ] as const) {
    const [mine, floors] = [of('ours', key), of('theirs', key)]
    console.log(
      `${name}: ${mine.toFixed(digits)} ${unit}, ${floors.toFixed(digits)} ${unit}, ${(mine / floors).toFixed(2)}`,
    )
  }
}

if (role === 'ours' || role === 'floor') {
  const told = role === 'ours' ? ours() : floor()
  void told.then((all) => console.log(JSON.stringify(all)))
  process.once('SIGTERM', () => process.exit(0))
} else void main(Number(role))
