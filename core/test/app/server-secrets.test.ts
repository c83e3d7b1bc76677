/** Secrets with scopes: refused where they are not for, at save and at run, and never shown again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secretFolder } from '../../src/app/secret-folder.js'
import { ServerSecrets } from '../../src/app/server-secrets.js'
import { MasterKey } from '../../src/http/master-key.js'
import { SqlAuditStore } from '../../src/store/audit-store.js'
import { type Database, openSqlite } from '../../src/store/database.js'
import { SqlSecretStore } from '../../src/store/secret-store.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

const value = 'correct-horse-battery'
const ann = 'arn:aws:iam::000000000000:user/ann'
let folder: string
let database: Database
let clock: FakeClock
let secrets: ServerSecrets

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-secrets-'))
  database = await openSqlite(':memory:')
  clock = new FakeClock()
  secrets = server('master.key')
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Another server on the same database. */
function server(keyFile: string): ServerSecrets {
  return new ServerSecrets({
    store: new SqlSecretStore(database),
    audit: new SqlAuditStore(database),
    key: MasterKey.load(join(folder, keyFile)),
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    reads: { pipelines: async () => [{ name: 'team-x' }, { name: 'other' }] as never },
    plugins: () => [],
    folder: secretFolder(folder),
  })
}

const at = (pipelineName: string, stageName = 'Build') => ({ pipelineName, stageName, actionName: 'Make' })

test('it is sealed in the database, and opens at every server with the key', async () => {
  await secrets.put('npm', value, {}, ann)
  expect(JSON.stringify(await database.db.selectFrom('secrets').selectAll().execute())).not.toContain(value)
  expect(await server('master.key').at(at('any'))('npm')).toBe(value)
  await expect(server('other.key').at(at('any'))('npm')).rejects.toThrow()
  expect(JSON.stringify(await secrets.list())).not.toContain(value)
})

test.each([
  { scope: {}, place: at('any'), allowed: true },
  { scope: { pipelines: ['team-*'] }, place: at('team-x'), allowed: true },
  { scope: { pipelines: ['team-*'] }, place: at('other'), allowed: false },
  { scope: { pipelines: ['team-x'] }, place: at('team-xy'), allowed: false },
  { scope: { pipelines: ['a', 'other'] }, place: at('other'), allowed: true },
  { scope: { stages: ['Prod'] }, place: at('any', 'Build'), allowed: false },
  { scope: { pipelines: ['team-*'], stages: ['Prod*'] }, place: at('team-x', 'Prod-EU'), allowed: true },
])('a secret for $scope at $place.pipelineName/$place.stageName: $allowed', async ({ scope, place, allowed }) => {
  await secrets.put('npm', value, scope, ann)
  const used = secrets.at(place)('npm')
  const problem = await secrets.problem('npm', place)
  if (allowed) {
    expect(await used).toBe(value)
    expect(problem).toBeUndefined()
    return
  }
  await expect(used).rejects.toThrow('the secret "npm" is for')
  await expect(used).rejects.not.toThrow(value)
  expect(problem).toContain('penstock secret set npm')
})

test('each use and each refusal is in the audit log, and the last use with the secret; polls leave no line', async () => {
  await secrets.put('npm', value, { pipelines: ['team-*'] }, ann)
  await secrets.at(at('team-x'))('npm')
  await secrets
    .at(at('other'))('npm')
    .catch(() => undefined)
  await secrets.at({ pipelineName: 'team-x', stageName: 'Source' })('npm')
  const lines = await new SqlAuditStore(database).page(undefined, 10)
  expect(lines.map(({ principal, target, result, detail }) => [principal, target, result, detail]).sort()).toEqual([
    ['pipeline/other', 'npm', 'AccessDeniedException', 'by other/Build/Make'],
    ['pipeline/team-x', 'npm', 'ok', 'by team-x/Build/Make'],
  ])
  expect((await secrets.list())[0]?.lastUsed).toBe(clock.now())
})

test('what nobody has is said with the remedy; what is gone is gone', async () => {
  expect(await secrets.problem('npm', at('any'))).toContain('penstock secret set npm')
  await secrets.put('npm', value, {}, ann)
  await secrets.delete('npm')
  expect(await secrets.at(at('any'))('npm')).toBeUndefined()
  await expect(secrets.delete('npm')).rejects.toThrow('there is no secret "npm"')
})

test('a scope that matches nothing is told, and no value is refused', async () => {
  expect(await secrets.put('npm', value, { pipelines: ['tema-*'] }, ann)).toEqual({ pipelinesInScope: 0 })
  expect(await secrets.put('npm', value, { pipelines: ['team-*'] }, ann)).toEqual({ pipelinesInScope: 1 })
  await expect(secrets.put('npm', '', {}, ann)).rejects.toThrow('has no value')
})
