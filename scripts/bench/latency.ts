/**
 * Through the real server process, all plugins on, SQLite with synchronous=FULL; the floor takes turns with it in one run:
 * a bare Node HTTP server that hands commands to the same launcher and keeps nothing.
 * - latency-trigger: from sending StartPipelineExecution to the first instruction of the build; before it the source
 *   action has run as a job of its own. Budget: p50 about 10 ms, p95 20 ms.
 * - latency-next: from the last instruction of one build to the first of the one that follows it. Budget: about 10 ms.
 * Run after `npm run build`:
 * TSX_TSCONFIG_PATH=core/tsconfig.json node --conditions @penstock/source --import tsx scripts/bench/latency.ts [rounds]
 */
import { execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, createReadStream, openSync, type ReadStream, writeSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { launcherScript, shellQuote } from '../../core/src/worker/supervisor.js'
import { percentile, print } from './support/figures.js'
import { Subject } from './support/subject.js'

const perRound = 20
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A pipe with a name: whoever writes a word into it is heard with the time at which that came. */
class Ear {
  private readonly file: number
  private readonly stream: ReadStream
  private heard: { readonly word: string; readonly at: number }[] = []
  private wake = () => {}

  constructor(path: string) {
    execFileSync('mkfifo', [path])
    this.file = openSync(path, constants.O_RDWR) // also a writer, so that it never ends
    this.stream = createReadStream(path, { fd: this.file, autoClose: false }).on('data', (piece) => {
      const at = performance.now()
      for (const word of String(piece).split('\n')) if (word !== '') this.heard.push({ word, at })
      this.wake()
    })
  }

  async waitFor(word: string): Promise<number> {
    for (;;) {
      const found = this.heard.find((one) => one.word === word)
      if (found) return found.at
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
  }

  forget(): void {
    this.heard = []
  }

  /** A last byte lets the thread go that still reads. */
  close(): void {
    this.stream.destroy()
    writeSync(this.file, '\n')
  }
}

/** The floor's process: a request starts the first command, its end the second. */
function floor(fifo: string): void {
  const step = (word: string) => `echo ${word} >${shellQuote(fifo)}; echo ${word} >&3`
  const launcher = spawn('/bin/sh', ['-c', launcherScript, 'floor', 'eval "$1"'], { stdio: ['pipe', 'pipe', 'ignore'] })
  launcher.stdout.on('data', (word) => String(word).trim() === 'first' && launcher.stdin.write(`${step('second')}\n`))
  const server = createServer((incoming, response) => {
    incoming.resume().on('end', () => {
      launcher.stdin.write(`${step('first')}\n`)
      response.end('{}')
    })
  })
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
  process.once('disconnect', () => process.exit())
}

async function main(rounds: number): Promise<void> {
  const subject = await Subject.start()
  const fifo = join(subject.installation.folder, 'ear')
  const ear = new Ear(fifo)
  const echo = (word: string) => `echo ${word} >${shellQuote(fifo)}`
  await subject.create('latency', [[echo('first'), echo('second')]])
  await ear.waitFor('second') // the execution that comes with the pipeline
  await subject.atRest('latency')
  const bare = fork(__filename, ['floor', fifo])
  const [port] = (await once(bare, 'message')) as [number]
  const triggers = {
    ours: () => subject.call('StartPipelineExecution', { name: 'latency' }),
    theirs: () =>
      new Promise((resolve, reject) => {
        request({ port, method: 'POST' }, (answer) => answer.resume().on('end', resolve))
          .on('error', reject)
          .end('{}')
      }),
  }
  const taken = {
    ours: { first: [] as number[], next: [] as number[] },
    theirs: { first: [] as number[], next: [] as number[] },
  }
  for (let round = 0; round < rounds * 2; round++) {
    const side = round % 2 === 0 ? 'ours' : 'theirs'
    for (let index = 0; index < perRound; index++) {
      await pause(150) // what is cleared up after the last one is over then
      ear.forget()
      const began = performance.now()
      void triggers[side]()
      const first = await ear.waitFor('first')
      taken[side].first.push(first - began)
      taken[side].next.push((await ear.waitFor('second')) - first)
    }
    if (side === 'ours') await subject.atRest('latency')
  }
  bare.disconnect()
  ear.close()
  for (const percent of [50, 95]) {
    const of = (side: 'ours' | 'theirs', which: 'first' | 'next') => percentile(taken[side][which], percent)
    print(`latency-trigger-p${percent}`, of('ours', 'first'), of('theirs', 'first'), 'ms; node and the launcher alone')
    print(`latency-next-p${percent}`, of('ours', 'next'), of('theirs', 'next'), 'ms; node and the launcher alone')
  }
  await subject.remove()
}

const [role = '5', path = ''] = process.argv.slice(2)
if (role === 'floor') floor(path)
else void main(Number(role)).then(() => process.exit())
