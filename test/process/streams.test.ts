/** A server whose log cannot be written goes on: no line is worth it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { freePort } from '@penstock/core/testkit'
import { cleanUp, temporaryFolder, until } from './world.js'

jest.setTimeout(60_000) // real processes and ports, on machines that are busy

const bin = resolve(__dirname, '../../core/bin/penstock.js')
let server: ChildProcess | undefined

afterEach(async () => {
  if (server && server.exitCode === null && server.signalCode === null) {
    server.kill('SIGKILL')
    await once(server, 'exit')
  }
  await cleanUp()
})

/** `penstock serve` with all that it says going to `output`. Answers its address once it is ready. */
async function serve(output: number | 'pipe'): Promise<string> {
  const port = await freePort()
  const data = join(temporaryFolder(), 'data')
  const env = { ...process.env, PENSTOCK_LOG_LEVEL: 'debug' } // each request is a line
  const args = [bin, 'serve', '--data', data, '--port', String(port)]
  server = spawn(process.execPath, args, { env, stdio: ['ignore', output, output] })
  const address = `http://127.0.0.1:${port}`
  const ready = () =>
    fetch(`${address}/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until(async () => server?.exitCode !== null || (await ready()))
  return address
}

async function stillAnswers(address: string): Promise<void> {
  for (let n = 0; n < 20; n++) expect((await fetch(`${address}/health`)).status).toBe(200)
  expect(server?.exitCode).toBeNull()
}

test('with its output on a device that is always full', async () => {
  await stillAnswers(await serve(openSync('/dev/full', 'w')))
})

test('with its output to a pipe that nobody reads any more', async () => {
  const address = await serve('pipe')
  server?.stdout?.destroy()
  server?.stderr?.destroy()
  await stillAnswers(address)
})
