/** The command line as people call it, on the built package. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cleanUp, penstock, serve, temporaryFolder } from './world.js'

jest.setTimeout(60_000) // real processes and ports, on machines that are busy

afterEach(cleanUp)

describe('access-key', () => {
  test('create prints a key, list shows it without its secret, delete takes it away; without any server', async () => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, 'd'))
    const made = await penstock(
      [
        'access-key',
        'create',
        '--data',
        'd',
        '--user',
        'ci',
        '--policy',
        'AWSCodePipelineApproverAccess',
        '--output',
        'json',
      ],
      { cwd },
    )
    const key = JSON.parse(made.out) as { accessKeyId: string; secretAccessKey: string; policies: string[] }
    expect(key).toMatchObject({
      accessKeyId: expect.stringMatching(/^AKIA/),
      policies: ['AWSCodePipelineApproverAccess'],
    })
    const listed = await penstock(['access-key', 'list', '--data', 'd'], { cwd })
    expect(listed.out).toContain(key.accessKeyId)
    expect(listed.out).not.toContain(key.secretAccessKey)
    expect(await penstock(['access-key', 'delete', '--data', 'd', key.accessKeyId], { cwd })).toMatchObject({
      status: 0,
    })
    expect(await penstock(['access-key', 'delete', '--data', 'd', key.accessKeyId], { cwd })).toMatchObject({
      status: 1,
      err: expect.stringContaining(key.accessKeyId),
    })
  })

  test('a policy that is none is refused with those that are', async () => {
    const { status, err } = await penstock(
      ['access-key', 'create', '--data', 'd', '--user', 'ci', '--policy', 'Admin'],
      { cwd: temporaryFolder() },
    )
    expect(status).toBe(1)
    expect(err).toContain("--policy is 'Admin', but must be one of AWSCodePipeline_FullAccess")
  })
})

test('user set-password reads the password from standard input, and checks it', async () => {
  const cwd = temporaryFolder()
  mkdirSync(join(cwd, 'd'))
  const set = (input: string) =>
    penstock(['user', 'set-password', 'ann', '--data', 'd', '--policy', 'AWSCodePipeline_ReadOnlyAccess'], {
      cwd,
      input,
    })
  expect(await set('short\n')).toMatchObject({ status: 1, err: expect.stringContaining('at least 12') })
  expect(await set('correct horse battery\n')).toMatchObject({ status: 0, err: '' })
})

test('a data folder that is misspelled is not made', async () => {
  const cwd = temporaryFolder()
  const made = await penstock(['access-key', 'create', '--data', 'dta', '--user', 'ci'], { cwd })
  expect(made).toMatchObject({ status: 1, err: expect.stringContaining('is --data spelled rightly?') })
  expect(existsSync(join(cwd, 'dta'))).toBe(false)
})

describe('validate', () => {
  test('tells every problem with its place, and fails', async () => {
    const cwd = temporaryFolder()
    writeFileSync(
      join(cwd, 'p.json'),
      JSON.stringify({ pipeline: { name: 'a b', roleArn: 'arn:aws:iam::000000000000:role/r', stages: [] } }),
    )
    const { status, out } = await penstock(['validate', 'p.json', '--output', 'json'], { cwd })
    expect(status).toBe(1)
    const { problems } = JSON.parse(out) as { problems: { path: string }[] }
    expect(problems.map(({ path }) => path)).toEqual(expect.arrayContaining(['name', 'stages']))
  })

  test('says where a file is no JSON', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'p.json'), '{\n  "pipeline": {,}\n}\n')
    expect(await penstock(['validate', 'p.json'], { cwd })).toMatchObject({
      status: 1,
      out: expect.stringMatching(/p\.json: is not JSON.*line 2/),
    })
  })

  test('says the line of every problem of every file, in YAML and in JSON', async () => {
    const cwd = temporaryFolder()
    const yaml = 'pipeline:\n  name: a b\n  stages:\n    - name: Source\n      actions: []\n'
    writeFileSync(join(cwd, 'a.yaml'), yaml)
    writeFileSync(join(cwd, 'b.json'), '{\n\t"name": "b",\n\t"name": "c d",\n\t"stages": []\n}\n')
    writeFileSync(join(cwd, 'c.yml'), 'pipeline: {\n  name: [\n')
    const { status, out } = await penstock(['validate', 'a.yaml', 'b.json', 'c.yml', 'none.json'], { cwd })
    expect(status).toBe(1)
    for (const line of ['a.yaml:2:3: name:', 'a.yaml:4:7: stages[0]:', 'b.json:3:2: ', 'b.json:4:2: stages:', 'c.yml:'])
      expect(out).toContain(line)
    expect(out).toContain('none.json: cannot be read (ENOENT)')
  })
})

test('doctor finds what is wrong with the data folder, its keys and its database, with a remedy', async () => {
  const cwd = temporaryFolder()
  mkdirSync(join(cwd, 'd'))
  await penstock(['access-key', 'list', '--data', 'd'], { cwd })
  const secrets = join(cwd, 'd', 'secrets')
  const look = async () => {
    const { status, out } = await penstock(['doctor', '--data', 'd', '--json'], { cwd })
    const findings = JSON.parse(out) as { name: string; state: string; found: string; remedy?: string }[]
    return { status, of: (name: string) => findings.find((finding) => finding.name === name) }
  }
  const well = await look()
  for (const name of ['data folder', 'secrets', 'master key', 'database', 'plugins'])
    expect(well.of(name)).toMatchObject({ state: 'ok' })

  writeFileSync(join(secrets, 'master.key'), `${'0'.repeat(64)}\n`)
  chmodSync(join(secrets, 'master.key'), 0o644)
  const open = await look()
  expect(open.status).toBe(1)
  expect(open.of('secrets')).toMatchObject({ state: 'bad', remedy: expect.stringContaining('chmod') })
  expect(open.of('database')).toMatchObject({ state: 'bad', found: expect.stringContaining('another master key') })

  rmSync(join(secrets, 'master.key'))
  writeFileSync(join(cwd, 'd', 'penstock.db'), 'this is no database')
  const lost = await look()
  expect(lost.of('master key')).toMatchObject({ state: 'bad', remedy: expect.stringContaining('backup') })
  expect(lost.of('database')).toMatchObject({ state: 'bad', remedy: expect.stringContaining('restore') })
  expect(existsSync(join(secrets, 'master.key'))).toBe(false) // looking makes nothing
})

test('plugin list shows what the bundled plugins provide', async () => {
  const { out } = await penstock(['plugin', 'list', '--data', 'd', '--output', 'json'], { cwd: temporaryFolder() })
  const plugins = JSON.parse(out) as { name: string; state: string; provides: string[] }[]
  expect(plugins.find(({ name }) => name === 'manual-approval')).toMatchObject({
    state: 'registered',
    provides: ['action Approval/AWS/Manual/1'],
  })
})

describe('backup and restore', () => {
  test('a backup taken while the server runs brings back keys, artifacts and the bucket', async () => {
    const cwd = temporaryFolder()
    const server = await serve(cwd)
    const made = await penstock(['access-key', 'create', '--data', 'data', '--user', 'ci', '--output', 'json'], { cwd })
    const { accessKeyId } = JSON.parse(made.out) as { accessKeyId: string }
    mkdirSync(join(cwd, 'data', 'artifacts', 'bucket'), { recursive: true })
    writeFileSync(join(cwd, 'data', 'artifacts', 'bucket', 'a.zip'), 'zip')
    expect(await penstock(['backup', 'copy', '--data', 'data'], { cwd })).toMatchObject({ status: 0 })
    for (const file of ['', 'penstock.db', 'secrets/master.key', 'backup.json'])
      expect(statSync(join(cwd, 'copy', file)).mode & 0o077).toBe(0)
    await server.end('SIGTERM')
    expect(await penstock(['restore', 'copy', '--data', 'again'], { cwd })).toMatchObject({ status: 0 })
    expect((await penstock(['access-key', 'list', '--data', 'again'], { cwd })).out).toContain(accessKeyId)
    expect(readFileSync(join(cwd, 'again', 'artifacts', 'bucket', 'a.zip'), 'utf8')).toBe('zip')
  })

  test('neither writes over anything', async () => {
    const cwd = temporaryFolder()
    mkdirSync(join(cwd, 'd'))
    await penstock(['access-key', 'list', '--data', 'd'], { cwd })
    await penstock(['backup', 'copy', '--data', 'd'], { cwd })
    expect(await penstock(['backup', 'copy', '--data', 'd'], { cwd })).toMatchObject({
      status: 1,
      err: expect.stringContaining('is not empty'),
    })
    expect(await penstock(['restore', 'copy', '--data', 'd'], { cwd })).toMatchObject({
      status: 1,
      err: expect.stringContaining('is not empty'),
    })
    expect(await penstock(['restore', '.', '--data', 'e'], { cwd })).toMatchObject({
      status: 1,
      err: expect.stringContaining('no backup.json'),
    })
  })
})

test('a command that is none fails with help', async () => {
  const { status, err } = await penstock(['sevre'], { cwd: temporaryFolder() })
  expect(status).not.toBe(0)
  expect(err).toContain('Did you mean serve?')
})
