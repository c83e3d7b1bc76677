/** From an empty folder to a pipeline that runs on new plugins, with nothing but the command line. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CodePipelineClient, GetPipelineStateCommand } from '@aws-sdk/client-codepipeline'
import { cleanUp, penstock, serve, temporaryFolder } from '../process/world.js'

jest.setTimeout(180_000) // npm and real servers, on machines that are busy

afterEach(cleanUp)

const repository = resolve(__dirname, '../..')

/** Writes a plugin into an empty folder, and answers its own. */
async function scaffold(cwd: string, name: string, ...flags: string[]): Promise<string> {
  const made = await penstock(['plugin', 'new', name, '--yes', ...flags], { cwd })
  expect(made).toMatchObject({ status: 0, err: '' })
  return join(cwd, `penstock-plugin-${name}`)
}

function pack(folder: string): string {
  const said = execFileSync('npm', ['pack', '--json', '--silent', '--offline'], { cwd: folder, encoding: 'utf8' })
  const [{ filename }] = JSON.parse(said.slice(said.indexOf('['))) as [{ filename: string }]
  return join(folder, filename)
}

test.each(['Source', 'Build', 'Test', 'Deploy', 'Invoke', 'Rule'])(
  'a new %s plugin passes its own tests and checks',
  async (category) => {
    const cwd = temporaryFolder()
    const properties = ['--property', 'Who:string:required', 'Times:number', 'Loud:boolean', 'ApiToken:string:secret']
    const folder = await scaffold(cwd, 'first-one', '--category', category, '--provider', 'First', ...properties)
    expect(readFileSync(join(folder, 'src/index.ts'), 'utf8').split('\n').length).toBeLessThanOrEqual(42)
    const tested = await penstock(['plugin', 'test'], { cwd: folder })
    expect(tested).toMatchObject({ status: 0, out: expect.stringMatching(/ fail 0/) })
    expect(tested.out).toContain('it keeps its place over restarts')
    expect(await penstock(['plugin', 'check'], { cwd: folder })).toMatchObject({ status: 0, err: '' })
    execFileSync(process.execPath, [
      join(repository, 'node_modules/typescript-native/bin/tsc'),
      '-p',
      folder,
      '--types',
      'node',
      '--typeRoots',
      join(repository, 'node_modules/@types'),
    ])
  },
)

test('the smallest provider, with one property, is one file of at most 30 lines', async () => {
  const folder = await scaffold(temporaryFolder(), 'hello')
  expect(readFileSync(join(folder, 'src/index.ts'), 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(30)
  expect(
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter((path) => path.startsWith('src/')),
  ).toEqual(['src/index.ts'])
})

test('packed, added and removed: a pipeline runs on two new plugins in a server of its own', async () => {
  const cwd = temporaryFolder()
  const source = await scaffold(cwd, 'drop-folder', '--category', 'Source', '--property', 'Note')
  const build = await scaffold(cwd, 'hello', '--property', 'Name:string:required')
  const tarballs = [pack(source), pack(build)]
  mkdirSync(join(cwd, 'drop'))
  writeFileSync(join(cwd, 'drop', 'a.txt'), 'dropped')
  writeFileSync(join(cwd, 'penstock.yaml'), '# kept as it is\nlog: { level: warn }\n')
  const running = await serve(cwd)
  for (const tarball of tarballs) {
    expect(await penstock(['plugin', 'add', tarball, '--data', 'data'], { cwd })).toMatchObject({ status: 0, err: '' })
  }
  expect(readFileSync(join(cwd, 'penstock.yaml'), 'utf8')).toMatch(
    /^# kept as it is\n[\s\S]*penstock-plugin-drop-folder[\s\S]*penstock-plugin-hello/,
  )
  await running.end('SIGTERM')
  // What a plugin may see outside of its own folders, the operator says.
  const granted = `permissions: { paths: { readOnly: [${join(cwd, 'drop')}] } }`
  const yaml = join(cwd, 'penstock.yaml')
  const section = /^( *)penstock-plugin-drop-folder:$/m
  writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(section, `$&\n$1  ${granted}`))
  const made = await penstock(['access-key', 'create', '--data', 'data', '--user', 'ci', '--output', 'json'], { cwd })
  pipelineFile(cwd, ['Source', 'DropFolder', { Folder: join(cwd, 'drop') }], ['Build', 'Hello', { Name: 'World' }])
  const server = await serve(cwd)
  expect(server.err()).not.toMatch(/hello|drop-folder/)
  expect(await stateOf(server.address, JSON.parse(made.out))).toEqual(['Succeeded', 'Succeeded'])
  await server.end('SIGTERM')

  expect(await penstock(['plugin', 'remove', 'hello', '--data', 'data'], { cwd })).toMatchObject({ status: 0 })
  expect(existsSync(join(cwd, 'data/plugins/node_modules/penstock-plugin-hello'))).toBe(false)
  expect(existsSync(join(cwd, 'data/plugins.prev/node_modules/penstock-plugin-hello'))).toBe(true)
  const back = await penstock(['plugin', 'rollback', '--data', 'data'], { cwd })
  expect(back).toMatchObject({
    status: 0,
    out: expect.stringMatching(/^penstock-plugin-hello not there -> file:.*hello/),
  })
  expect(existsSync(join(cwd, 'data/plugins/node_modules/penstock-plugin-hello'))).toBe(true)
  const none = await penstock(['plugin', 'rollback', '--data', 'new'], { cwd })
  expect(none).toMatchObject({ status: 1, err: expect.stringContaining('no plugin was added or removed yet') })
  const again = await penstock(['plugin', 'remove', 'drop-foldr', '--data', 'data'], { cwd })
  expect(again).toMatchObject({ status: 1, err: expect.stringContaining("did you mean 'drop-folder'") })
})

type Place = readonly [category: string, provider: string, configuration: Readonly<Record<string, string>>]

function pipelineFile(cwd: string, ...places: readonly Place[]): void {
  const stages = places.map(([category, provider, configuration], at) => ({
    name: `Stage${at}`,
    actions: [
      {
        name: provider,
        actionTypeId: { category, owner: 'Custom', provider, version: '1' },
        configuration,
        ...(at === 0 ? { outputArtifacts: [{ name: 'Code' }] } : { inputArtifacts: [{ name: 'Code' }] }),
      },
    ],
  }))
  const pipeline = {
    name: 'new',
    roleArn: 'arn:aws:iam::000000000000:role/x',
    artifactStore: { type: 'S3', location: 'codepipeline-x' },
    stages,
  }
  mkdirSync(join(cwd, 'pipelines'))
  writeFileSync(join(cwd, 'pipelines', 'new.json'), JSON.stringify({ pipeline }))
}

/** The status of every stage, once the pipeline came to its end. */
async function stateOf(endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string }) {
  const client = new CodePipelineClient({ endpoint, region: 'us-east-1', credentials })
  for (const deadline = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { stageStates = [] } = await client.send(new GetPipelineStateCommand({ name: 'new' }))
    const statuses = stageStates.map(({ latestExecution }) => latestExecution?.status)
    const ended = statuses.includes('Failed') || statuses.every((status) => status === 'Succeeded')
    if (ended && statuses.length > 0) return statuses
    if (Date.now() > deadline) return stageStates
  }
}

test('what is wrong with a plugin is said with the file, the value and what would be right', async () => {
  const folder = await scaffold(temporaryFolder(), 'hello')
  const edit = (path: string, from: string, to: string) => {
    const text = readFileSync(join(folder, path), 'utf8')
    expect(text).toContain(from)
    writeFileSync(join(folder, path), text.replace(from, to))
  }
  edit('src/index.ts', 'required: true', 'requierd: true')
  edit('package.json', 'action Build/Hello/1', 'action Build/Helo/1')
  edit('package.json', '"penstock-plugin"\n', '"penstok-plugin"\n')
  edit('README.md', '`Name`', 'Name')
  const misspelled = await penstock(['plugin', 'check'], { cwd: folder })
  expect(misspelled.status).toBe(1)
  expect(misspelled.out).toContain("configuration.Name: there is no 'requierd'; did you mean 'required'?")
  edit('src/index.ts', 'requierd: true', 'required: true')
  const { status, out } = await penstock(['plugin', 'check'], { cwd: folder })
  expect(status).toBe(1)
  expect(out).toContain(
    "provides says 'action Build/Helo/1', which is not registered; did you mean 'action Build/Custom/Hello/1'?",
  )
  expect(out).toContain('keywords must have "penstock-plugin", not "penstok-plugin"')
  expect(out).toContain('README.md does not describe the property `Name`')
  edit('package.json', '"^1.0"', '"^7.0"')
  expect((await penstock(['plugin', 'check'], { cwd: folder })).out).toContain(
    'the plugin is too new: upgrade Penstock',
  )
  edit('package.json', '"^7.0"', '"^0.9"')
  expect((await penstock(['plugin', 'check'], { cwd: folder })).out).toContain('the plugin is too old')
})

test('wrong flags are refused with the nearest right one', async () => {
  const cwd = temporaryFolder()
  const wrong = async (...flags: string[]) =>
    (await penstock(['plugin', 'new', 'hello', '--yes', ...flags], { cwd })).err
  expect(await wrong('--category', 'Biuld')).toContain("did you mean 'Build'?")
  expect(await wrong('--property', 'Name:strng')).toContain("did you mean 'string'?")
  expect(await wrong('--property', '1')).toContain('NAME:TYPE:FLAG')
  expect((await penstock(['plugin', 'new', 'Hello!', '--yes'], { cwd })).err).toContain('lower-case letters')
  await scaffold(cwd, 'hello')
  expect(await wrong()).toContain('is there and is not empty')
})

test('a package that is no plugin is not installed, and what was there stays', async () => {
  const cwd = temporaryFolder()
  mkdirSync(join(cwd, 'other'))
  writeFileSync(join(cwd, 'other', 'package.json'), '{"name": "other", "version": "1.0.0"}')
  const added = await penstock(['plugin', 'add', pack(join(cwd, 'other')), '--data', 'data'], { cwd })
  expect(added).toMatchObject({ status: 1, err: expect.stringContaining('"penstock" is missing') })
  expect(existsSync(join(cwd, 'data/plugins/node_modules/other'))).toBe(false)
  expect(existsSync(join(cwd, 'penstock.yaml'))).toBe(false)
})

test('a folder and a single file are added where they are', async () => {
  const cwd = temporaryFolder()
  await scaffold(cwd, 'hello')
  writeFileSync(
    join(cwd, 'one.ts'),
    "import { definePlugin } from '@penstock/core'\nexport default definePlugin({ name: 'one', apiVersion: '^1.0', register() {} })\n",
  )
  for (const path of ['penstock-plugin-hello', 'one.ts'])
    expect(await penstock(['plugin', 'add', path, '--data', 'data'], { cwd })).toMatchObject({ status: 0, err: '' })
  const { out } = await penstock(['plugin', 'list', '--data', 'data', '--output', 'json'], { cwd })
  const states = (JSON.parse(out) as { name: string; state: string }[]).map(({ name, state }) => [name, state])
  expect(states).toEqual(
    expect.arrayContaining([
      ['hello', 'registered'],
      ['one', 'registered'],
    ]),
  )
})

test("a plugin of Penstock's own repository is added to its build, and is in its style", async () => {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'tsconfig.json'), '{ "references": [{ "path": "core" }] }')
  for (const category of ['Source', 'Deploy', 'Rule']) {
    const name = category.toLowerCase()
    const flags = ['--bundled', '--yes', '--category', category, '--dir', `plugins/${name}`]
    expect(await penstock(['plugin', 'new', name, ...flags], { cwd })).toMatchObject({ status: 0 })
    const pkg = JSON.parse(readFileSync(join(cwd, 'plugins', name, 'package.json'), 'utf8')) as { exports: object }
    expect(pkg.exports).toHaveProperty(['.', '@penstock/source'], './src/index.ts')
  }
  const { references } = JSON.parse(readFileSync(join(cwd, 'tsconfig.json'), 'utf8')) as { references: unknown }
  expect(references).toEqual(['core', 'plugins/source', 'plugins/deploy', 'plugins/rule'].map((path) => ({ path })))
  const biome = join(repository, 'node_modules/.bin/biome')
  const said = spawnSync(biome, ['check', '--vcs-enabled=false', `--config-path=${repository}`, 'plugins'], {
    cwd,
    encoding: 'utf8',
  })
  expect(`${said.stdout}${said.stderr}`).toContain('No fixes applied')
  expect(said.status).toBe(0)
})
