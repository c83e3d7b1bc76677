/**
 * From starting the process on what a kill -9 left until everything is taken up, against the same start with nothing to
 * take up (medians of seven). Eight builds run when the server is killed; four end while it is away.
 * - recovery-ready: until READY, when what still runs is adopted. Budget: 500 ms.
 * - recovery-told: until the API tells that a build which ended meanwhile has succeeded.
 * Run after `npm run build`:
 * TSX_TSCONFIG_PATH=core/tsconfig.json node --conditions @penstock/source --import tsx scripts/bench/recovery.ts [rounds]
 */
import { setTimeout as delay } from 'node:timers/promises'
import { median, print } from './support/figures.js'
import { Subject } from './support/subject.js'

async function restart(subject: Subject): Promise<number> {
  const began = performance.now()
  subject.server = subject.installation.start()
  await subject.server.ready
  return performance.now() - began
}

async function main(rounds: number): Promise<void> {
  const subject = await Subject.start()
  await subject.create('ends', [['sleep 1']], { executionMode: 'PARALLEL' })
  await subject.create('lasts', [['sleep 8']], { executionMode: 'PARALLEL' })
  const [ready, told, plain]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    for (const name of ['ends', 'lasts']) await subject.atRest(name)
    await subject.server.kill()
    plain.push(await restart(subject))
    for (const name of ['ends', 'lasts'])
      for (let count = 0; count < 4; count++) await subject.call('StartPipelineExecution', { name })
    await delay(700)
    await subject.server.kill()
    await delay(1_000)
    const began = performance.now()
    ready.push(await restart(subject))
    await subject.atRest('ends', 2)
    told.push(performance.now() - began)
  }
  print('recovery-ready', median(ready), median(plain), 'ms; a start with nothing to take up', 0)
  print('recovery-told', median(told), median(plain), 'ms; a start with nothing to take up', 0)
  await subject.remove()
}

void main(Number(process.argv[2] ?? 7)).then(() => process.exit())
