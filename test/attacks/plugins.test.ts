/** What a plugin in a process of its own must never reach: tried by one with nothing granted, by one with grants, and through a hole. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Principal } from '@penstock/core'
import { type RunningServer, startServer } from '@penstock/core/server'
import { evilPlugin } from './evil-plugin.js'

jest.setTimeout(120_000) // real processes, on machines that are busy

const admin: Principal = {
  name: 'admin',
  arn: 'arn:aws:iam::000000000000:user/admin',
  policies: [{ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
}

/** A source of one file. */
const nothing = `actions:
  - category: Source
    provider: Nothing
    outputArtifacts: 1
    configuration: {}
    poll: echo one
    run: echo hello >"$PENSTOCK_OUT/readme"
`

let folder: string
let server: RunningServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-plugin-attacks-'))
  const data = join(folder, 'data')
  mkdirSync(join(data, 'secrets', 'named'), { recursive: true, mode: 0o700 })
  writeFileSync(join(data, 'secrets', 'named', 'deploy-key'), 'hunter2\n', { mode: 0o600 })
  for (const other of ['neighbour', 'pipelines'])
    mkdirSync(join(data, 'plugin-data', other), { recursive: true, mode: 0o700 })
  writeFileSync(join(data, 'plugin-data', 'neighbour', 'kept'), 'by another plugin')
  writeFileSync(join(folder, 'opened'), 'by the operator')
  const target = { data, pid: String(process.pid), port: '0' }
  process.env.PLUGIN_ATTACK_SECRET = 'yes'
  const permissions = {
    network: true,
    exec: ['id'],
    environment: ['PLUGIN_ATTACK_*'],
    paths: { readOnly: [join(folder, 'opened')] },
  }
  const sections = {
    './nothing.plugin.yaml': {},
    './evil.ts': {},
    './granted.ts': { permissions },
    './hole.ts': { isolation: { sandbox: false }, operations: 'AWSCodePipeline_FullAccess' },
  }
  writeFileSync(join(folder, 'nothing.plugin.yaml'), nothing)
  const port = 21_000 + (process.pid % 20_000)
  for (const name of ['evil', 'granted', 'hole'])
    writeFileSync(join(folder, `${name}.ts`), evilPlugin(name, { ...target, port: String(port) }))
  writeFileSync(join(folder, 'penstock.yaml'), JSON.stringify({ plugins: sections }))
  server = await startServer({
    dataDir: data,
    cwd: folder,
    port,
    env: {},
    overrides: { 'log.level': 'error' },
    writeLog: () => {},
  })
})

afterAll(async () => {
  delete process.env.PLUGIN_ATTACK_SECRET
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** What one plugin's attempts said, by name. */
async function attack(provider: string): Promise<Readonly<Record<string, string>>> {
  const { operations, logs } = server.services
  const type = (category: 'Source' | 'Build', of: string) =>
    ({ category, owner: 'Custom', provider: of, version: '1' }) as const
  const name = provider.toLowerCase()
  const action = {
    name: 'Try',
    actionTypeId: type('Build', provider),
    configuration: {},
    outputArtifacts: [{ name: 'out' }],
  }
  const source = {
    name: 'Fetch',
    actionTypeId: type('Source', 'Nothing'),
    configuration: {},
    outputArtifacts: [{ name: 'code' }],
  }
  const pipeline = {
    name,
    pipelineType: 'V2' as const,
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    stages: [
      { name: 'Source', actions: [source] },
      { name: 'Build', actions: [{ ...action, inputArtifacts: [{ name: 'code' }] }] },
    ],
  }
  await operations.createPipeline(admin, { pipeline: pipeline as never })
  await operations.startPipelineExecution(admin, { name })
  for (const deadline = Date.now() + 60_000; ; await new Promise((wait) => setTimeout(wait, 50))) {
    const { pipelineExecutionSummaries: all } = await operations.listPipelineExecutions(admin, { pipelineName: name })
    if (all[0] && all[0].status !== 'InProgress') break
    if (Date.now() > deadline) throw new Error(`${name} did not end`)
  }
  const { actionExecutionDetails: actions } = await operations.listActionExecutions(admin, { pipelineName: name })
  const found = actions.find(({ actionName }) => actionName === 'Try')
  const text = (await logs.read(found?.actionExecutionId ?? '', 0))?.text ?? JSON.stringify(actions)
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, attempt, said] = /^([\w-]+): (.*)$/.exec(line) ?? []
      return attempt === undefined || said === undefined ? [] : [[attempt, said]]
    }),
  )
}

/** The attempts that got through. */
const through = (said: Readonly<Record<string, string>>) => Object.keys(said).filter((name) => said[name] === 'GOT')

test('a plugin with nothing granted reaches nothing, and is told which permission it lacks and who grants it', async () => {
  const said = await attack('Evil')
  expect(through(said)).toEqual([])
  const grants = (needed: string) => `plugins../evil.ts: { permissions: { ${needed} } } in penstock.yaml grants it`
  expect(said.network).toContain(grants('network: true'))
  expect(said['http-of-the-job']).toContain(grants('network: true'))
  expect(said.exec).toContain(grants('exec: [id]'))
  expect(said['step-outside']).toContain(grants('hostSteps: true'))
  expect(said.operations).toContain('is not authorized to perform: codepipeline:ListWebhooks')
  expect(said).toMatchObject({ input: 'readme', 'own-step': 'mine' })
})

test('a plugin that was granted something reaches that, and nothing else', async () => {
  const said = await attack('Granted')
  const granted = ['granted-path', 'environment', 'network', 'fetch', 'http-of-the-job', 'native-network', 'exec']
  expect(through(said)).toEqual(granted)
  expect(said).toMatchObject({ input: 'readme', 'own-step': 'mine' })
})

test('a planted hole (its sandbox taken away) is found', async () => {
  const said = await attack('Hole')
  const shut = behindTheSandbox.filter((name) => said[name] !== 'GOT').map((name) => `${name}: ${said[name]}`)
  expect(shut).toEqual([])
})

/** What the sandbox alone keeps shut; a server that others run may keep more of its machine to itself. */
const behindTheSandbox = [
  'master-key',
  'named-secret',
  'database',
  'configuration',
  'other-plugins-data',
  'granted-path',
  'logs',
  'a-log-in-clear',
  'environment-of-others',
  'write-data',
  'write-beside',
  'network',
  'fetch',
  'native-network',
  'exec',
  'step-outside',
  'operations',
  'signal-the-server',
]
