import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/domain/clock.js'
import { branchTip } from '../../src/git/branch-tip.js'
import { closeGitConnections } from '../../src/git/git-http.js'
import { forgetGitServers, listRefs } from '../../src/git/list-refs.js'
import type { GitRemote } from '../../src/git/remote.js'
import { type GitServerOptions, startGitServer, type TestGitServer } from '../../src/testkit/git-server.js'

const limits = { clock: systemClock }
let server: TestGitServer
afterEach(async () => {
  closeGitConnections()
  forgetGitServers()
  await server.stop()
})

async function start(options: GitServerOptions = {}): Promise<{ remote: GitRemote; id: string }> {
  server = await startGitServer(options)
  const url = await server.createRepository('acme/site')
  const id = await server.commit('acme/site', { 'a.txt': 'one' }, 'First')
  await server.commit('acme/site', { 'a.txt': 'two' }, 'Other', { branch: 'main-2', from: 'main' })
  return { remote: { url }, id }
}

const login = { username: 'ada', password: 'pa:ss' }

test('a second poll is one request on the same connection', async () => {
  const { remote, id } = await start()
  expect(await branchTip(remote, 'main', limits)).toEqual({ commit: id, url: remote.url })
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST'])
  const next = await server.commit('acme/site', { 'a.txt': 'three' }, 'Second')
  expect((await branchTip(remote, 'main', limits)).commit).toBe(next)
  expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'POST'])
  expect(new Set(server.requests.map(({ connection }) => connection)).size).toBe(1)
})

test('a server of protocol version 0', async () => {
  const { remote, id } = await start({ protocol2: false })
  expect((await branchTip(remote, 'main', limits)).commit).toBe(id)
  await server.tag('acme/site', 'v1', 'main', 'annotated')
  expect((await listRefs(remote, ['refs/tags/'], limits)).refs).toEqual([{ name: 'refs/tags/v1', commit: id }])
  await server.createRepository('acme/empty')
  await expect(branchTip({ url: `${server.url}/acme/empty.git` }, 'main', limits)).rejects.toThrow('is empty')
})

test('tags lead to commits in version 2, too', async () => {
  const { remote, id } = await start()
  await server.tag('acme/site', 'light', 'main')
  await server.tag('acme/site', 'heavy', 'main', 'annotated')
  const { refs } = await listRefs(remote, ['refs/tags/'], limits)
  expect(refs).toEqual([
    { name: 'refs/tags/heavy', commit: id },
    { name: 'refs/tags/light', commit: id },
  ])
})

test('a mere folder of files', async () => {
  const { id } = await start()
  const folder = await server.git('acme/site', 'rev-parse', '--absolute-git-dir')
  await server.git('acme/site', 'update-server-info')
  const files = createServer((request, response) =>
    response.end(readFileSync(join(folder, request.url?.split('?')[0] ?? ''))),
  )
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(files.address() as AddressInfo).port}`
  expect((await branchTip({ url }, 'main', limits)).commit).toBe(id)
  closeGitConnections()
  await new Promise((resolve) => files.close(resolve))
})

test('a server that no longer speaks version 2 is asked anew', async () => {
  const { remote, id } = await start()
  await branchTip(remote, 'main', limits)
  const { port } = server
  await server.stop()
  server = await startGitServer({ port, protocol2: false })
  await server.createRepository('acme/site')
  const next = await server.commit('acme/site', { 'a.txt': 'other' }, 'New server')
  expect(next).not.toBe(id)
  // The kept connection is closed by now: that must not show, either.
  expect((await branchTip(remote, 'main', limits)).commit).toBe(next)
})

describe('what is wrong is said', () => {
  async function failure(remote: GitRemote, branch = 'main', more = {}): Promise<{ problem: string; message: string }> {
    return branchTip(remote, branch, { ...limits, ...more }).then(
      () => ({ problem: 'none', message: '' }),
      ({ problem, message }) => ({ problem, message }),
    )
  }

  test('a branch that is not there, with those that are', async () => {
    const { remote } = await start()
    expect(await failure(remote, 'mian')).toEqual({
      problem: 'no-branch',
      message: `${remote.url} has no branch mian; it has main, main-2`,
    })
    expect((await failure(remote, 'mai')).problem).toBe('no-branch')
  })

  test('an empty repository', async () => {
    await start()
    const url = await server.createRepository('acme/empty')
    expect(await failure({ url })).toEqual({
      problem: 'empty',
      message: `${url} is empty: push a first commit to its branch main`,
    })
  })

  test('no credentials, wrong ones, right ones', async () => {
    const { remote, id } = await start({ auth: login })
    expect(await failure(remote)).toMatchObject({
      problem: 'unauthorised',
      message: expect.stringContaining('asks for credentials'),
    })
    const wrong = await failure({ ...remote, credentials: () => ({ ...login, password: 's3cret' }) })
    expect(wrong).toMatchObject({ problem: 'unauthorised', message: expect.stringContaining('wrong or has expired') })
    expect(wrong.message).not.toMatch(/s3cret|czNjcmV0/)
    expect((await branchTip({ ...remote, credentials: () => login }, 'main', limits)).commit).toBe(id)
  })

  test('gone', async () => {
    await start()
    const url = `${server.url}/acme/nothing.git`
    expect(await failure({ url })).toEqual({
      problem: 'gone',
      message: `${url} does not exist (404): check its name; a private one needs a token`,
    })
  })

  test('gone after it was known', async () => {
    const { remote } = await start()
    await branchTip(remote, 'main', limits)
    await server.deleteRepository('acme/site')
    expect((await failure(remote)).problem).toBe('gone')
  })

  test('moved within the host is followed and told', async () => {
    const { remote, id } = await start({
      intercept(request, response) {
        if (request.url?.startsWith('/old/name') !== true) return false
        response.writeHead(301, { location: request.url.replace('/old/name', '/acme/site') }).end()
        return true
      },
    })
    const old = { url: remote.url.replace('/acme/site', '/old/name') }
    expect(await branchTip(old, 'main', limits)).toEqual({ commit: id, url: remote.url })
    expect((await branchTip(old, 'main', limits)).commit).toBe(id)
  })

  test('moved to another host is not followed, and no credential goes there', async () => {
    const other = await startGitServer()
    const { remote } = await start({
      intercept: (request, response) => {
        response.writeHead(301, { location: `${other.url}${request.url}` }).end()
        return true
      },
    })
    const told = await failure({ ...remote, credentials: () => login })
    expect(told).toMatchObject({
      problem: 'moved',
      message: expect.stringContaining(`has moved to ${other.url}/acme/site.git`),
    })
    expect(other.requests).toEqual([])
    await other.stop()
  })

  test('going round in circles', async () => {
    const { remote } = await start({
      intercept: (request, response) => {
        response.writeHead(302, { location: request.url }).end()
        return true
      },
    })
    expect((await failure(remote)).problem).toBe('moved')
  })

  test('slow', async () => {
    const { remote } = await start({ slow: 5_000 })
    expect(await failure(remote, 'main', { timeout: 50 })).toMatchObject({
      problem: 'slow',
      message: expect.stringContaining('did not answer within 0.05 s'),
    })
  })

  test('stopped meanwhile', async () => {
    const { remote } = await start({ slow: 5_000 })
    const stop = new AbortController()
    const asked = branchTip(remote, 'main', { ...limits, signal: stop.signal })
    stop.abort(new Error('the server goes down'))
    await expect(asked).rejects.toThrow('the server goes down')
  })

  test.each([
    { status: 503, problem: 'server' },
    { status: 403, problem: 'unauthorised' },
    { status: 429, problem: 'rate-limited' },
    { status: 418, problem: 'protocol' },
  ])('status $status', async ({ status, problem }) => {
    const { remote } = await start({
      intercept: (_, response) => {
        response.writeHead(status).end('short and stout')
        return true
      },
    })
    const told = await failure(remote)
    expect(told.problem).toBe(problem)
    expect(told.message).toContain(String(status))
    expect(told.message).toContain(remote.url)
  })

  test('a page instead of a repository', async () => {
    const { remote } = await start({
      intercept: (_, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Log in</html>')
        return true
      },
    })
    expect(await failure(remote)).toMatchObject({
      problem: 'protocol',
      message: expect.stringContaining('a login page, perhaps'),
    })
  })

  test('nobody there', async () => {
    const { remote } = await start()
    await server.stop()
    server = await startGitServer()
    expect(await failure(remote)).toMatchObject({
      problem: 'unreachable',
      message: expect.stringContaining('refuses connections'),
    })
  })

  test('a certificate that nobody vouches for, until it is given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-tls-'))
    const file = (name: string) => join(folder, name)
    const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
    execFileSync('openssl', [...made, ...names, '-keyout', file('key'), '-out', file('cert')], { stdio: 'ignore' })
    const tls = { key: readFileSync(file('key'), 'utf8'), cert: readFileSync(file('cert'), 'utf8') }
    const { remote, id } = await start({ tls })
    expect(await failure(remote)).toMatchObject({ problem: 'tls', message: expect.stringContaining('caFile') })
    expect((await branchTip({ ...remote, caFile: file('cert') }, 'main', limits)).commit).toBe(id)
    rmSync(folder, { recursive: true })
  })
})
