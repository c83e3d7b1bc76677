/**
 * Packing and unpacking 5,000 files of 100 MB together, against `zip -1 -r` and `unzip -q`, and the local store with one large
 * file. Prints `name: ours, theirs, ratio` (medians of five rounds that take turns); the budgets are a ratio of 0.5 for
 * pack + unpack, and 500 MB/s for the store.
 * Run: node --import tsx scripts/bench/artifacts.ts
 */
import { execFileSync } from 'node:child_process'
import { appendFileSync, copyFileSync, createReadStream, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { FolderArtifactStore } from '../../core/src/artifacts/folder-store.js'
import { packFolder } from '../../core/src/artifacts/pack.js'
import { unpack } from '../../core/src/artifacts/unpack.js'

const rounds = 5
const files = 5000
const totalBytes = 100 * 1024 * 1024
const largeBytes = 200 * 1024 * 1024

/** Numbers that look random and are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state
  }
}

/** Text as sources have it: words of a small vocabulary, lines, indentation; every tenth file is noise, as images are. */
function content(index: number, size: number): Buffer {
  const random = numbers(index + 1)
  const bytes = Buffer.alloc(size)
  if (index % 10 === 9) {
    for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(Math.imul(random.next().value, 2654435761) >>> 0, at)
    return bytes
  }
  for (let at = 0; at < size; ) {
    const number = random.next().value
    at += bytes.write(`${number % 7 === 0 ? '\n    ' : ' '}${((number >>> 8) % 4000).toString(36)}Name`, at)
  }
  return bytes
}

function makeTree(folder: string): void {
  for (let index = 0; index < files; index++) {
    const parent = join(folder, `module${index % 50}`, `part${index % 7}`)
    mkdirSync(parent, { recursive: true })
    // Sizes from a tenth of the mean to almost twice the mean.
    const size = Math.round((totalBytes / files) * (0.1 + (1.8 * ((index * 7919) % files)) / files))
    writeFileSync(join(parent, `file${index}.txt`), content(index, size))
  }
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number
}

function report(name: string, ours: readonly number[], theirs: readonly number[]): void {
  const [mine, other] = [median(ours), median(theirs)]
  console.log(`${name}: ${mine.toFixed(0)} ms, ${other.toFixed(0)} ms, ${(mine / other).toFixed(2)}`)
}

async function packing(work: string): Promise<void> {
  const tree = join(work, 'tree')
  makeTree(tree)
  const times = { pack: [] as number[], unpack: [] as number[], both: [] as number[] }
  const peers = { zip: [] as number[], unzip: [] as number[], both: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    // Nothing is removed between the rounds: ext4 passes over each inode that was freed within five seconds, at every new file.
    const [ours, theirs] = [join(work, `ours-${round}`), join(work, `theirs-${round}`)]
    const zip = await timed(() => execFileSync('zip', ['-1', '-q', '-r', `${theirs}.zip`, '.'], { cwd: tree }))
    const pack = await timed(() => packFolder(tree, `${ours}.zip`))
    const unzip = await timed(() => execFileSync('unzip', ['-q', `${theirs}.zip`, '-d', theirs]))
    const open = await timed(() => unpack(`${ours}.zip`, ours))
    // The first round warms the caches of both.
    if (round === 0) continue
    times.pack.push(pack)
    times.unpack.push(open)
    times.both.push(pack + open)
    peers.zip.push(zip)
    peers.unzip.push(unzip)
    peers.both.push(zip + unzip)
  }
  report('artifact-pack (zip -1)', times.pack, peers.zip)
  report('artifact-unpack (unzip)', times.unpack, peers.unzip)
  report('artifact-pack-unpack (zip -1 + unzip; budget 0.5)', times.both, peers.both)
}

async function storing(work: string): Promise<void> {
  const file = join(work, 'large')
  const piece = content(9, 1024 * 1024)
  for (let size = 0; size < largeBytes; size += piece.length) appendFileSync(file, piece)
  const store = new FolderArtifactStore(join(work, 'store'))
  await store.open()
  const at = { bucket: 'bench-bucket', key: 'pipeline/Large/object' }
  const times = { put: [] as number[], get: [] as number[], copy: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    times.put.push(await timed(() => store.put(at, createReadStream(file, { highWaterMark: 256 * 1024 }))))
    times.get.push(await timed(async () => pipeline((await store.get(at))?.body ?? [], nowhere())))
    times.copy.push(await timed(() => copyFileSync(file, join(work, 'copy'))))
  }
  const speed = (ms: readonly number[]) => `${(largeBytes / 1000 / median(ms)).toFixed(0)} MB/s`
  report('artifact-store-put (copyFile, which neither hashes nor syncs)', times.put, times.copy)
  console.log(`artifact-store speed: put ${speed(times.put)}, get ${speed(times.get)} (budget 500 MB/s)`)
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

async function main(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'penstock-bench-'))
  try {
    await packing(work)
    await storing(work)
    console.log(`artifact-memory: peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB resident`)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

void main()
