/** A backup of a server on PostgreSQL, brought back into another database and folder. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres, type TestPostgres } from '@penstock/core/testkit'
import { cleanUp, penstock, serve, temporaryFolder } from './world.js'

jest.setTimeout(120_000) // a cluster and real processes, on machines that are busy

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.stop())
afterEach(cleanUp)

/** A folder with a configuration that names a database, and a master key kept beside it. */
function installation(url: string): string {
  const cwd = temporaryFolder()
  const lines = [
    `database: { url: '${url}' }`,
    'dataDir: data',
    'masterKeyFile: keys/master.key',
    'log: { level: warn }',
  ]
  writeFileSync(join(cwd, 'penstock.yaml'), `${lines.join('\n')}\n`)
  return cwd
}

test('a backup taken while the server runs brings back database, artifacts and the master key', async () => {
  const cwd = installation(await postgres.database())
  const server = await serve(cwd)
  const made = await penstock(['access-key', 'create', '--user', 'ci', '--output', 'json'], { cwd })
  const { accessKeyId } = JSON.parse(made.out) as { accessKeyId: string }
  mkdirSync(join(cwd, 'data/artifacts/bucket'), { recursive: true })
  writeFileSync(join(cwd, 'data/artifacts/bucket/a.zip'), 'zip')
  expect(await penstock(['backup', 'copy'], { cwd })).toMatchObject({ status: 0, err: '' })
  expect(statSync(join(cwd, 'copy')).mode & 0o077).toBe(0)
  await server.end('SIGTERM')

  const other = installation(await postgres.database())
  const restored = await penstock(['restore', join(cwd, 'copy')], { cwd: other })
  expect(restored).toMatchObject({ status: 0, out: expect.stringContaining('keys/master.key is not there: copy') })
  mkdirSync(join(other, 'keys'))
  writeFileSync(join(other, 'keys/master.key'), readFileSync(join(other, 'data/secrets/master.key')), { mode: 0o600 })
  expect((await penstock(['access-key', 'list'], { cwd: other })).out).toContain(accessKeyId)
  expect(readFileSync(join(other, 'data/artifacts/bucket/a.zip'), 'utf8')).toBe('zip')
  // The server takes the key for the one that the database was sealed with.
  expect((await serve(other)).address).toMatch(/^http/)
})

test('nothing is written over: a database with tables, a configuration of the other kind', async () => {
  const url = await postgres.database()
  const cwd = installation(url)
  await penstock(['access-key', 'list'], { cwd })
  expect(await penstock(['backup', 'copy'], { cwd })).toMatchObject({ status: 0 })
  const again = installation(url)
  expect(await penstock(['restore', join(cwd, 'copy')], { cwd: again })).toMatchObject({
    status: 1,
    err: expect.stringMatching(/is not empty \(\d+ tables\)/),
  })
  expect(await penstock(['restore', join(cwd, 'copy'), '--data', 'x'], { cwd: temporaryFolder() })).toMatchObject({
    status: 1,
    err: expect.stringContaining('holds a PostgreSQL database'),
  })
})
