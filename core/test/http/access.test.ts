import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Access, sessionLife } from '../../src/http/access-service.js'
import { makeFirstAdmin } from '../../src/http/first-admin.js'
import { jobCredentialLife } from '../../src/http/job-credentials.js'
import { MasterKey } from '../../src/http/master-key.js'
import { delayAfter } from '../../src/http/sign-in-gate.js'
import { SqlAccessStore } from '../../src/store/access-store.js'
import { SqlAuditStore } from '../../src/store/audit-store.js'
import { type Database, openSqlite } from '../../src/store/database.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

let folder: string
let database: Database
let clock: FakeClock
let store: SqlAccessStore
let access: Access
const jobs = new Map<string, { readable: string[]; writable: string[] }>()
const password = 'correct horse battery'

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-access-'))
  database = await openSqlite(':memory:')
  clock = new FakeClock()
  store = new SqlAccessStore(database)
  access = another()
})
afterEach(async () => {
  jobs.clear()
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Another server on the same database and key. */
function another(keyFile = 'master.key'): Access {
  const key = MasterKey.load(join(folder, keyFile))
  return new Access({
    store,
    audit: new SqlAuditStore(database),
    key,
    clock,
    accountId: '000000000000',
    jobScope: async (id) => jobs.get(id),
  })
}

describe('passwords and sessions', () => {
  test('the right password signs in, another does not, nor does an unknown name', async () => {
    await access.setPassword('ann', password, ['AWSCodePipelineApproverAccess'])
    expect(await access.signIn('ann', password, '::1')).toEqual({
      name: 'ann',
      arn: 'arn:aws:iam::000000000000:user/ann',
      policies: ['AWSCodePipelineApproverAccess'],
    })
    expect(await access.signIn('ann', 'wrong', '::1')).toBeUndefined()
    expect(await access.signIn('bob', password, '::1')).toBeUndefined()
  })

  test('who knows the old password changes their own, which ends their sessions; nobody else does', async () => {
    await access.setPassword('ann', password, ['AWSCodePipelineApproverAccess'])
    const ann = await access.signIn('ann', password, '::1')
    const token = await access.openSession(ann ?? { name: '', arn: '', policies: [] })
    await expect(access.changeOwnPassword('ann', 'not the old one', 'another password')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    })
    await expect(access.changeOwnPassword('nobody', password, 'another password')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    })
    expect(await access.session(token)).toBeDefined()
    await access.changeOwnPassword('ann', password, 'another password')
    expect(await access.session(token)).toBeUndefined()
    expect(await access.signIn('ann', password, '::1')).toBeUndefined()
    expect(await access.signIn('ann', 'another password', '::1')).toMatchObject({
      policies: ['AWSCodePipelineApproverAccess'],
    })
  })

  test.each([
    [{ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*', Condition: {} }] }, '.Condition is not supported'],
    [{ Statement: [{ Effect: 'deny', Action: '*', Resource: '*' }] }, '.Effect is "deny"'],
    [{ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }, 'a list "Statement"'],
  ])('a user is given no policy that a key would not be given: %j', async (policy, says) => {
    const policies = [policy as never]
    await expect(access.setPassword('ann', password, policies)).rejects.toThrow(says)
    await expect(access.createAccessKey('ann', policies)).rejects.toThrow(says)
    expect(await store.hasUsers()).toBe(false)
  })

  test('guessing is slowed down: by name from many addresses, and by address over many names', async () => {
    expect([1, 2, 3, 4, 8, 50].map(delayAfter)).toEqual([0, 0, 1000, 2000, 30_000, 30_000])
    for (let i = 0; i < 3; i++) await access.signIn('ann', 'x', `10.0.0.${i}`)
    expect(await isSlow(access.signIn('ann', 'x', '10.0.0.9'))).toBe(true)
    for (let i = 0; i < 3; i++) await access.signIn(`user${i}`, 'x', '10.1.1.1')
    expect(await isSlow(access.signIn('somebody', 'x', '10.1.1.1'))).toBe(true)
    expect(await isSlow(access.signIn('carol', 'x', '10.2.2.2'))).toBe(false)
  })

  test('a password is kept as argon2id only, and a short one is refused', async () => {
    await access.setPassword('ann', password)
    expect((await store.user('ann'))?.passwordHash).toMatch(/^\$argon2id\$/)
    await expect(access.setPassword('ann', 'short')).rejects.toThrow('must have at least 12')
    await expect(access.setPassword('a b', password)).rejects.toThrow("the user's name is 'a b'")
  })

  test('a session lasts twelve hours from its last use, and its token is not in the database', async () => {
    await access.setPassword('ann', password)
    const token = await access.openSession({ name: 'ann', arn: '', policies: [] })
    for (let i = 0; i < 3; i++) {
      await clock.advance(sessionLife - 1_000)
      expect((await access.session(token))?.name).toBe('ann')
    }
    const rows = await database.db.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    await clock.advance(sessionLife)
    expect(await access.session(token)).toBeUndefined()
  })

  test('closing ends a session, and so does a new password', async () => {
    await access.setPassword('ann', password)
    const principal = { name: 'ann', arn: '', policies: [] }
    const [one, two] = [await access.openSession(principal), await access.openSession(principal)]
    await access.closeSession(one)
    expect(await access.session(one)).toBeUndefined()
    expect(await access.session(two)).toBeDefined()
    await access.setPassword('ann', `${password}!`)
    expect(await access.session(two)).toBeUndefined()
    expect(await access.session('never given')).toBeUndefined()
  })
})

describe('access keys', () => {
  test("look like AWS's, and give the secret for their id", async () => {
    const key = await access.createAccessKey('ci', ['AWSCodePipeline_FullAccess'])
    expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/)
    expect(key.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/)
    expect(await access.credentials(key.accessKeyId)).toEqual({
      secretAccessKey: key.secretAccessKey,
      principal: { name: 'ci', arn: 'arn:aws:iam::000000000000:user/ci', policies: ['AWSCodePipeline_FullAccess'] },
    })
    expect(await access.credentials('AKIAUNKNOWN')).toBeUndefined()
  })

  test('the secret is sealed at rest, for this key and this id only, and in no list', async () => {
    const key = await access.createAccessKey('ci', [])
    const row = await database.db.selectFrom('access_keys').selectAll().executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain(key.secretAccessKey)
    expect(JSON.stringify(await access.listAccessKeys())).not.toContain(row.sealed_secret)
    await expect(another('other.key').credentials(key.accessKeyId)).rejects.toThrow()
    const master = MasterKey.load(join(folder, 'master.key'))
    expect(() => master.unseal(row.sealed_secret, 'AKIAANOTHER')).toThrow()
  })

  test('a deleted key stops working at once here, and within seconds on other servers', async () => {
    const other = another()
    const { accessKeyId } = await access.createAccessKey('ci', [])
    expect(await other.credentials(accessKeyId)).toBeDefined()
    await access.deleteAccessKey(accessKeyId)
    expect(await access.credentials(accessKeyId)).toBeUndefined()
    await clock.advance(5_000)
    expect(await other.credentials(accessKeyId)).toBeUndefined()
    await expect(access.deleteAccessKey(accessKeyId)).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
  })

  test('their last use is written down, but not for every call', async () => {
    const { accessKeyId } = await access.createAccessKey('ci', [])
    const first = clock.now()
    await access.credentials(accessKeyId)
    await clock.advance(30_000)
    await access.credentials(accessKeyId)
    expect((await access.listAccessKeys())[0]?.lastUsed).toBe(first)
    await clock.advance(60_000)
    await access.credentials(accessKeyId)
    expect((await access.listAccessKeys())[0]?.lastUsed).toBe(first + 90_000)
  })

  test('a policy that cannot be judged as it means is refused', async () => {
    const policy = { Statement: [{ Effect: 'Allow', NotAction: 'x', Resource: '*' }] }
    await expect(access.createAccessKey('ci', [policy as never])).rejects.toMatchObject({ code: 'ValidationException' })
  })
})

describe('credentials of a job', () => {
  const scope = { readable: ['bucket/in.zip'], writable: ['bucket/out.zip'] }

  test('open its objects and results, on every server with the key, for fifteen minutes', async () => {
    jobs.set('j1', scope)
    const { accessKeyId, secretAccessKey, sessionToken, expires } = await access.jobCredentials('j1')
    expect(expires).toBe(clock.now() + jobCredentialLife)
    expect(accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/)
    const credentials = await another().credentials(accessKeyId, sessionToken)
    expect(credentials).toMatchObject({ secretAccessKey, job: { jobId: 'j1', ...scope } })
    if (!credentials) throw new Error('no credentials')
    const { principal } = credentials
    const may = (action: string, resource: string) => access.allows(principal, action, resource)
    expect(may('s3:GetObject', 'arn:aws:s3:::bucket/in.zip')).toBe(true)
    expect(may('s3:PutObject', 'arn:aws:s3:::bucket/in.zip')).toBe(false)
    expect(may('s3:PutObject', 'arn:aws:s3:::bucket/out.zip')).toBe(true)
    expect(may('codepipeline:PutJobSuccessResult', '*')).toBe(true)
    expect(may('codepipeline:GetPipeline', '*')).toBe(false)
    await clock.advance(jobCredentialLife)
    expect(await access.credentials(accessKeyId, sessionToken)).toBeUndefined()
  })

  test('are of no use once the job is over, with another key id, or changed', async () => {
    jobs.set('j1', scope)
    jobs.set('j2', scope)
    const one = await access.jobCredentials('j1')
    const two = await access.jobCredentials('j2')
    expect(await access.credentials(two.accessKeyId, one.sessionToken)).toBeUndefined()
    const [body = '', signature = ''] = one.sessionToken.split('.')
    const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('j1', 'j2')).toString('base64url')
    expect(await access.credentials(one.accessKeyId, `${forged}.${signature}`)).toBeUndefined()
    for (const token of ['', 'x', 'x.y', `${body}.`, `.${signature}`])
      expect(await access.credentials(one.accessKeyId, token)).toBeUndefined()
    expect(await another('other.key').credentials(one.accessKeyId, one.sessionToken)).toBeUndefined()
    jobs.delete('j1')
    expect(await access.credentials(one.accessKeyId, one.sessionToken)).toBeUndefined()
  })
})

test('the first start makes an administrator, once, with a password in a private file', async () => {
  const file = await makeFirstAdmin(access, store, folder)
  expect(file).toBe(join(folder, 'secrets', 'initialAdminPassword'))
  expect(statSync(file ?? '').mode & 0o777).toBe(0o600)
  const admin = await access.signIn('admin', readFileSync(file ?? '', 'utf8').trim(), '::1')
  expect(admin && access.allows(admin, 'penstock:Anything', '*')).toBe(true)
  expect(await makeFirstAdmin(access, store, folder)).toBeUndefined()
})

test('a crash between the file and the user changes no password that somebody may have read', async () => {
  await makeFirstAdmin(access, store, folder)
  const before = readFileSync(join(folder, 'secrets', 'initialAdminPassword'), 'utf8')
  await database.db.deleteFrom('users').execute()
  await makeFirstAdmin(access, store, folder)
  expect(readFileSync(join(folder, 'secrets', 'initialAdminPassword'), 'utf8')).toBe(before)
  expect(await access.signIn('admin', before.trim(), '::1')).toBeDefined()
})

test('the audit log is newest first, and pages tear nothing apart', async () => {
  for (let i = 0; i < 6; i++) {
    await access.audit({
      principal: 'ann',
      operation: `op${i}`,
      target: 't',
      result: 'ok',
      ...(i % 2 ? { detail: 'd' } : {}),
    })
    if (i === 3) await clock.advance(1)
  }
  const first = await access.auditLog({ limit: 3 })
  expect(first.map((entry) => entry.operation)).toEqual(['op5', 'op4', 'op3', 'op2', 'op1', 'op0'])
  const second = await access.auditLog({ limit: 3, before: first[1]?.at ?? 0 })
  expect(second.map((entry) => entry.operation)).toEqual(['op3', 'op2', 'op1', 'op0'])
})

test('a master key file that is none is refused with what it must hold', () => {
  require('node:fs').writeFileSync(join(folder, 'bad.key'), 'hello')
  expect(() => MasterKey.load(join(folder, 'bad.key'))).toThrow('must hold 64 hexadecimal digits')
  expect(existsSync(join(folder, 'bad.key'))).toBe(true)
})

/** Whether an answer waits for the clock: what is slowed down comes only when time passes. */
async function isSlow(answer: Promise<unknown>): Promise<boolean> {
  let answered = false
  const done = answer.then(() => {
    answered = true
  })
  const deadline = Date.now() + 3_000
  while (!answered && clock.pending === 0 && Date.now() < deadline)
    await new Promise((resolve) => setImmediate(resolve))
  const slow = clock.pending > 0
  await clock.advance(60_000)
  await done
  return slow
}

describe('users', () => {
  const policies = ['AWSCodePipeline_FullAccess'] as const
  const principal = { name: 'ann', arn: '', policies: [] }

  test('a removed user is gone with its keys and sessions, at once', async () => {
    await access.createUser('ann', password, policies)
    const token = await access.openSession(principal, '192.0.2.1')
    const key = await access.createAccessKey('ann', policies)
    expect(await access.credentials(key.accessKeyId)).toBeDefined()
    await access.deleteUser('ann')
    expect(await access.session(token)).toBeUndefined()
    expect(await access.credentials(key.accessKeyId)).toBeUndefined()
    expect(await another().credentials(key.accessKeyId)).toBeUndefined()
    expect(await access.signIn('ann', password, '::1')).toBeUndefined()
    await expect(access.deleteUser('ann')).rejects.toThrow("there is no user 'ann'")
  })

  test('a disabled user can do nothing, and keeps what it has for when it is enabled', async () => {
    await access.createUser('ann', password, policies)
    const token = await access.openSession(principal)
    const key = await access.createAccessKey('ann', policies)
    await access.setDisabled('ann', true)
    expect(await access.session(token)).toBeUndefined()
    expect(await access.credentials(key.accessKeyId)).toBeUndefined()
    expect(await access.signIn('ann', password, '::1')).toBeUndefined()
    await access.setPassword('ann', `${password}!`)
    expect(await access.signIn('ann', `${password}!`, '::1')).toBeUndefined()
    await access.setDisabled('ann', false)
    expect(await access.credentials(key.accessKeyId)).toBeDefined()
    expect((await access.signIn('ann', `${password}!`, '::1'))?.policies).toEqual(policies)
  })

  test('policies change without a password, and sessions feel it', async () => {
    await access.createUser('ann', password, policies)
    const token = await access.openSession(principal)
    await access.setPolicies('ann', ['AWSCodePipeline_ReadOnlyAccess'])
    expect((await access.session(token))?.policies).toEqual(['AWSCodePipeline_ReadOnlyAccess'])
    await expect(access.setPolicies('ann', [{ Statement: {} } as never])).rejects.toThrow('a list "Statement"')
    await expect(access.setPolicies('bob', [])).rejects.toThrow("there is no user 'bob'")
    await expect(access.createUser('ann', password, [])).rejects.toThrow('already')
  })

  test('sessions are listed and ended, one or all', async () => {
    await access.createUser('ann', password, policies)
    const [one, two] = [await access.openSession(principal, '192.0.2.1'), await access.openSession(principal)]
    const listed = await access.listSessions('ann')
    expect(listed.map(({ from }) => from).sort()).toEqual(['192.0.2.1', undefined])
    expect(JSON.stringify(listed)).not.toContain(one)
    const first = listed.find(({ from }) => from === '192.0.2.1')
    await access.endSessions('ann', first?.sessionId.slice(0, 12))
    expect([await access.session(one), await access.session(two)]).toEqual([undefined, expect.anything()])
    await access.endSessions('ann')
    expect(await access.listSessions()).toEqual([])
    expect(await access.listUsers()).toMatchObject([{ userName: 'ann', enabled: true, sessions: 0, accessKeys: 0 }])
  })
})
