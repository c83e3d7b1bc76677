import { stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../../src/domain/clock.js'
import type { PluginProcess } from '../../../src/host/isolated/plugin-process.js'
import { watchHang } from '../../../src/host/isolated/watch-hang.js'

const limits = { ping: 1, hang: 100 }

/** A process that answers a ping as `answer` does. */
function watched(answer: () => Promise<unknown>) {
  const killed: string[] = []
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const process = { channel: { call: answer }, kill: (why: string) => void killed.push(why), ended }
  watchHang(process as unknown as PluginProcess, systemClock, limits)
  return { killed, end }
}

/** Nothing of this process runs meanwhile; answers wait in the system. */
function block(ms: number): void {
  for (const until = Date.now() + ms; Date.now() < until; );
}

test('a process that answers while the server itself is held up is not ended', async () => {
  let pings = 0
  const { killed, end } = watched(() => {
    const answer = stat('/')
    if (pings++ === 0) block(3 * limits.hang)
    return answer
  })
  while (pings < 3) await delay(1)
  expect(killed).toEqual([])
  end()
})

test('a process that does not answer is ended, with the reason', async () => {
  const { killed, end } = watched(() => new Promise(() => {}))
  while (killed.length === 0) await delay(1)
  expect(killed).toEqual(['did not answer for 0.1 s: its code never gives the processor back'])
  end()
})
