/** What only a real process shows: signals, errors that nobody caught, a crash and the start after it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, penstock, serve, temporaryFolder, until, writePlugin } from './world.js'

jest.setTimeout(60_000) // real processes and ports, on machines that are busy

afterEach(cleanUp)

const answers = async (address: string, path: string) => (await fetch(`${address}${path}`)).status

test('SIGTERM ends it in good order, and frees the data folder', async () => {
  const folder = temporaryFolder()
  writePlugin(folder, 'tidy', `api.onStop(() => api.log.info('tidied up'))`)
  const server = await serve(folder)
  expect(server.out()).toContain('initialAdminPassword')
  expect(await server.end('SIGTERM')).toBe(0)
  expect(server.err()).toContain('tidied up')
  expect(existsSync(join(folder, 'data', 'server.lock'))).toBe(false)
})

test('after kill -9 the next start takes the folder over, and knows what was there', async () => {
  const folder = temporaryFolder()
  const first = await serve(folder)
  const made = await penstock(['access-key', 'create', '--data', 'data', '--user', 'ci', '--output', 'json'], {
    cwd: folder,
  })
  const { accessKeyId } = JSON.parse(made.out) as { accessKeyId: string }
  await first.end('SIGKILL')
  const second = await serve(folder)
  expect(second.out()).not.toContain('initialAdminPassword')
  const listed = await penstock(['access-key', 'list', '--data', 'data'], { cwd: folder })
  expect(listed.out).toContain(accessKeyId)
})

test('a second server on the folder is refused and names the first', async () => {
  const folder = temporaryFolder()
  const server = await serve(folder)
  const refused = await penstock(['serve', '--data', 'data', '--port', '0'], { cwd: folder })
  expect(refused).toMatchObject({
    status: 1,
    err: expect.stringContaining(`in use by the server with pid ${server.child.pid}`),
  })
  expect(await answers(server.address, '/health')).toBe(200)
})

test.each([
  {
    it: 'a promise that it forgot rejects',
    body: `api.onStart(() => { void Promise.reject(new Error('forgotten')) })`,
    says: 'unhandled rejection: forgotten',
    state: 'started',
  },
  {
    it: 'its timer throws',
    body: `api.onStart(() => { setTimeout(() => { throw new Error('ticking') }, 10) })`,
    says: 'uncaught exception, so the plugin was taken out of use: ticking',
    state: 'failed',
  },
  {
    it: 'its event handler throws',
    body: `api.mount({ prefix: '/boom', handle(request, response) { response.end('ok'); setImmediate(() => { throw new Error('afterwards') }) } })`,
    says: 'uncaught exception, so the plugin was taken out of use: afterwards',
    state: 'failed',
  },
])('the server goes on and names the plugin when $it', async ({ body, says, state }) => {
  const folder = temporaryFolder()
  const report = `api.mount({ prefix: '/plugins', handle(_, res) { res.end(JSON.stringify(api.server.plugins.list())) } })`
  writePlugin(folder, 'bad', body)
  writePlugin(folder, 'report', report)
  writeFileSync(
    join(folder, 'penstock.yaml'),
    'plugins:\n  ./bad.ts: { isolation: none }\n  ./report.ts: { isolation: none }\n',
  )
  const server = await serve(folder)
  await fetch(`${server.address}/boom`)
  const find = async () => {
    const list = (await (await fetch(`${server.address}/plugins`)).json()) as {
      name: string
      state: string
      problems: string[]
    }[]
    return list.find(({ name }) => name === 'bad')
  }
  await until(async () => ((await find())?.problems.length ?? 0) > 0)
  expect(await find()).toMatchObject({ state, problems: [says] })
  expect(await answers(server.address, '/health')).toBe(200)
})

test.each([
  {
    it: 'a configuration',
    yaml: 'server:\n  prot: 1\n',
    says: "penstock.yaml:2:3: server.prot unknown key; did you mean 'port'?",
  },
  { it: 'a data folder of a newer version', format: '99', says: 'written by a newer version' },
])('refused in one line, without a stack: $it', async ({ yaml, format, says }) => {
  const folder = temporaryFolder()
  if (yaml) writeFileSync(join(folder, 'penstock.yaml'), yaml)
  if (format) {
    mkdirSync(join(folder, 'data'), { mode: 0o700 })
    writeFileSync(join(folder, 'data', 'format'), format)
  }
  const { status, err } = await penstock(['serve', '--data', 'data', '--port', '0'], { cwd: folder })
  expect(status).toBe(1)
  expect(err).toContain(says)
  expect(err).not.toContain('    at ')
})
