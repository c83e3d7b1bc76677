/**
 * One large object into the artifact bucket and out of it over HTTP, as clients send it, against a bare Node server that
 * writes the body to a file and digests it with SHA-256. Prints `name: ours, theirs, ratio` (MB/s, medians of five rounds
 * that take turns; then MB for each second of the server's processor, which other work on the machine changes less), and
 * what the server's memory grew by. The budget is 250 MB/s, and memory that does not grow with sizes.
 * - bucket-put-signed: the whole body's SHA-256 is signed (the AWS CLI and boto3 over plain HTTP).
 * - bucket-put-trailer: aws-chunked pieces and a CRC-32 in the trailer (the JavaScript SDK's streams).
 * - bucket-put-chunks: every aws-chunked piece is signed.
 * - bucket-put-parts: in parts of 8 MiB, four at a time (boto3's upload_file), the completion included.
 * - bucket-get: the whole object.
 * Run: TSX_TSCONFIG_PATH=core/tsconfig.json node --conditions @penstock/source --import tsx scripts/bench/bucket.ts [MB]
 * `--encrypt` after the size: objects are encrypted at rest.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream/promises'
import { startServer } from '../../core/src/app/server.js'
import { BucketClient, type Told } from './support/bucket-client.js'
import { median } from './support/figures.js'
import { memoryOf, processorOf } from './support/processes.js'

const rounds = 5
const [role = '300', option = ''] = process.argv.slice(2)

/** The child that is measured: a whole server, and an administrator's key. */
async function ours(): Promise<Told> {
  const dataDir = mkdtempSync(join(tmpdir(), 'penstock-bench-bucket-'))
  process.once('exit', () => rmSync(dataDir, { recursive: true, force: true }))
  const config = option === '--encrypt' ? { file: withEncryption(dataDir) } : {}
  const server = await startServer({ dataDir, port: 0, env: {}, writeLog: () => {}, ...config })
  const { access, identity } = server.services
  const credentials = await access.createAccessKey('bench', [
    { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
  ])
  return { url: server.address, path: `/${identity.bucket}/bench/Large/object`, region: identity.region, credentials }
}

function withEncryption(folder: string): string {
  writeFileSync(join(folder, 'key'), randomBytes(32))
  const config = join(folder, 'bench.yaml')
  writeFileSync(config, `artifacts: { encryptionKeyFile: ${join(folder, 'key')} }\n`)
  return config
}

/** The floor: the body goes to a file and through SHA-256, which is what any store must do; nothing is synced or checked. */
async function floor(): Promise<Told> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-floor-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'object')
  const server = createServer(async (incoming, response) => {
    if (incoming.method === 'GET')
      return void (await pipeline(createReadStream(file, { highWaterMark: 262_144 }), response))
    const hash = createHash('sha256')
    incoming.on('data', (piece: Buffer) => hash.update(piece))
    await pipeline(incoming, createWriteStream(file))
    response.writeHead(200, { etag: hash.digest('hex') }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, path: '/a/b', region: 'x', credentials }
}

interface Side {
  readonly child: ChildProcess
  readonly client: BucketClient
}

async function start(kind: 'ours' | 'floor', bytes: number): Promise<Side> {
  const child = spawn(process.execPath, [...process.execArgv, __filename, kind, option], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { child, client: new BucketClient(JSON.parse(line) as Told, bytes) }
}

const kinds = ['put-signed', 'put-trailer', 'put-chunks', 'put-parts', 'get'] as const
type Kind = (typeof kinds)[number]

interface Speed {
  readonly clock: number
  readonly cpu: number
}

/** MB a second, by the clock and by the server's processor. */
async function speed({ client, child }: Side, kind: Kind, bytes: number): Promise<Speed> {
  const send = await client.prepare(kind)
  const used = processorOf(child.pid ?? 0)
  const began = performance.now()
  await send()
  const clock = performance.now() - began
  return { clock: bytes / 1000 / clock, cpu: bytes / 1000 / (processorOf(child.pid ?? 0) - used) }
}

async function main(bytes: number): Promise<void> {
  const [mine, bare] = [await start('ours', bytes), await start('floor', bytes)]
  const warm = 16 * 1024 * 1024
  for (const kind of kinds) await speed({ ...mine, client: mine.client.ofSize(warm) }, kind, warm)
  const before = memoryOf(mine.child.pid ?? 0)
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, memoryOf(mine.child.pid ?? 0))
  }, 20)
  for (const kind of kinds) {
    const speeds = { ours: [] as Speed[], theirs: [] as Speed[] }
    for (let round = 0; round < rounds; round++) {
      speeds.ours.push(await speed(mine, kind, bytes))
      speeds.theirs.push(await speed(bare, kind === 'get' ? 'get' : 'put-signed', bytes))
    }
    for (const by of ['clock', 'cpu'] as const) {
      const [a, b] = [median(speeds.ours.map((one) => one[by])), median(speeds.theirs.map((one) => one[by]))]
      const unit = by === 'clock' ? 'MB/s' : 'MB/CPU-s'
      console.log(`bucket-${kind}: ${a.toFixed(0)} ${unit}, ${b.toFixed(0)} ${unit}, ${(a / b).toFixed(2)}`)
    }
  }
  clearInterval(watch)
  console.log(`bucket-memory: ${before.toFixed(0)} MB before, at most ${most.toFixed(0)} MB`)
  for (const { child } of [mine, bare]) child.kill('SIGTERM')
}

if (role === 'ours' || role === 'floor') {
  const told = role === 'ours' ? ours() : floor()
  void told.then((all) => console.log(JSON.stringify(all)))
  process.once('SIGTERM', () => process.exit(0))
} else void main(Number(role) * 1_000_000)
