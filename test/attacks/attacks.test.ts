/**
 * Attacks on a server by what it builds. The list is run in the sandbox, where all of it must stay shut; in a container, where
 * one can be made; and through a hole that is planted (isolation switched off for one pipeline), where it must get through:
 * a list that finds nothing there would find nothing anywhere.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PipelineDeclaration } from '@penstock/core'
import { Client } from '../crash/support/client.js'
import { besideData, Installation, type ServerProcess } from '../crash/support/installation.js'
import { containerImage } from './image.js'
import { greed, leaver, leftBehind, payloads, serverSecret, type Target, treasure } from './payloads.js'

jest.setTimeout(240_000) // real processes, on machines that are busy

let installation: Installation
let server: ServerProcess
let client: Client
const image = containerImage()

beforeAll(async () => {
  process.env[serverSecret] = 'yes'
  installation = await Installation.create({
    worker: {
      concurrency: 16,
      sandbox: {},
      ...(image === undefined ? {} : { image }),
      pipelines: {
        hole: { isolation: 'none' },
        boxed: { isolation: 'container' },
        greedy: {
          limits: { memory: '64 MiB', processes: 40, workspace: '16 MiB', files: 500, log: '2 MiB', cpuSeconds: 2 },
        },
      },
    },
  })
  mkdirSync(join(installation.dataFolder, 'secrets', 'named'), { recursive: true, mode: 0o700 })
  writeFileSync(join(installation.dataFolder, 'secrets', 'named', 'deploy-key'), 'hunter2\n', { mode: 0o600 })
  writeFileSync(besideData(installation, 'revision'), 'r1\n')
  const keys = await installation.createKeys()
  server = installation.start()
  await server.ready
  client = new Client(installation, keys)
  await client.createPipeline(pipeline('victim', { rest: `echo "${treasure}" >treasure; sleep 200` }))
  await client.start('victim', 'victim')
  await until(async () => (await logOf('victim', 'rest'))?.includes('treasure') === true, 'the victim runs')
})

afterAll(async () => {
  delete process.env[serverSecret]
  await server?.stop()
  endStrays()
  await installation?.remove()
})

test('the sandbox keeps everything shut', async () => {
  expect(await attack('shut')).toEqual([])
})

test('a planted hole lets everything through', async () => {
  expect((await attack('hole')).sort()).toEqual([...payloads.map(({ name }) => name), 'left-behind'].sort())
})

test('a container keeps everything shut', async () => {
  if (image === undefined) return void process.stdout.write('skipped: podman runs no container on this machine\n')
  expect(await attack('boxed')).toEqual([])
})

test('variables of a repository reach nothing outside the sandbox', async () => {
  const variables = [
    { name: 'LD_DEBUG', value: 'files' },
    { name: 'ENV', value: '/no/such/file' },
    { name: 'BASH_ENV', value: '/no/such/file' },
  ]
  await client.createPipeline(pipeline('variables', { look: 'true' }, variables))
  await finished('variables')
  const log = (await logOf('variables', 'look')) ?? ''
  expect(log).toContain('needed by') // the linker of what runs inside speaks,
  expect(log).not.toMatch(/needed by \S*(bwrap|setpriv|unshare)/) // and of nothing that makes the sandbox
})

test('a link that a build puts in the place of a file is not followed out of the sandbox', async () => {
  const link = `ln -s '${installation.dataFolder}/secrets' leak && ln -s '${installation.dataFolder}/secrets/master.key' key`
  const declaration = pipeline('links', { plant: link })
  const [, build] = declaration.stages
  const actions = (build?.actions ?? []).map((action) => ({ ...action, outputArtifacts: [{ name: 'out' }] }))
  const look = pipeline('links', { look: 'cat key leak/* 2>&1; ls -l' }).stages[1]
  const second = {
    name: 'Look',
    actions: (look?.actions ?? []).map((a) => ({ ...a, inputArtifacts: [{ name: 'out' }] })),
  }
  const stages = [declaration.stages[0], { name: 'Plant', actions }, second]
  await client.createPipeline({ ...declaration, stages } as PipelineDeclaration)
  await finished('links')
  expect((await logOf('links', 'look')) ?? '').not.toContain(masterKey())
})

test('a link in the place of an output variable is not followed either', async () => {
  const link = `rm -f "$PENSTOCK_WORKSPACE/.penstock/variables/KEY"; mkdir -p "$PENSTOCK_WORKSPACE/.penstock/variables"
cat >"$PENSTOCK_WORKSPACE/late" <<END
ln -sf '${installation.dataFolder}/secrets/master.key' "$PENSTOCK_WORKSPACE/.penstock/variables/KEY"
END
trap 'sh "$PENSTOCK_WORKSPACE/late"' EXIT; KEY=own`
  const declaration = pipeline('variable', { plant: link })
  const [source, build] = declaration.stages
  const actions = (build?.actions ?? []).map((action) => ({ ...action, outputVariables: ['KEY'] }))
  await client.createPipeline({ ...declaration, stages: [source, { name: 'Build', actions }] } as PipelineDeclaration)
  const [plant] = (await finished('variable')).filter(({ actionName }) => actionName === 'plant')
  expect(JSON.stringify(plant?.output ?? {})).not.toContain(masterKey())
  expect(plant?.output?.executionResult?.errorDetails?.message).toMatch(
    /is a link that leads out of the action's folders/,
  )
})

test('a build that takes too much is ended, and told what it took', async () => {
  await client.createPipeline(pipeline('greedy', Object.fromEntries(greed.map(({ name, script }) => [name, script]))))
  const actions = await finished('greedy')
  const said = greed.map(({ name, says }) => {
    const found = actions.find(({ actionName }) => actionName === name)
    const message = found?.output?.executionResult?.errorDetails?.message ?? ''
    return says.test(message) ? `${name}: ended` : `${name}: ${found?.status} ${message}`
  })
  expect(said).toEqual(greed.map(({ name }) => `${name}: ended`))
})

function masterKey(): string {
  return readFileSync(join(installation.dataFolder, 'secrets', 'master.key'), 'latin1').trim()
}

/** The names of the attacks that got through. */
async function attack(name: string): Promise<string[]> {
  const target: Target = { dataFolder: installation.dataFolder, serverPid: server.pid }
  const scripts = payloads.map((payload) => [payload.name, payload.script(target)] as const)
  await client.createPipeline(pipeline(name, { ...Object.fromEntries(scripts), 'left-behind': leaver }))
  const actions = await finished(name)
  const notRun = actions.filter(({ status, actionName }) => status !== 'Succeeded' && actionName !== 'left-behind')
  expect(notRun.map(({ actionName, output }) => [actionName, output?.executionResult?.errorDetails])).toEqual([])
  const through: string[] = []
  for (const payload of payloads) if (/^GOT$/m.test((await logOf(name, payload.name)) ?? '')) through.push(payload.name)
  if (strays().length > 0) through.push('left-behind')
  endStrays()
  return through
}

async function finished(name: string) {
  await client.start(name, name)
  await until(async () => (await client.executions(name))[0]?.status !== 'InProgress', `${name} ends`)
  return client.actions(name)
}

async function logOf(name: string, action: string): Promise<string | undefined> {
  const found = (await client.actions(name)).find(({ actionName }) => actionName === action)
  return found?.actionExecutionId && (await client.log(name, found.actionExecutionId))
}

function pipeline(
  name: string,
  scripts: Readonly<Record<string, string>>,
  environmentVariables?: readonly { readonly name: string; readonly value: string }[],
): PipelineDeclaration {
  const type = (category: 'Source' | 'Build', provider: string) => ({
    category,
    owner: 'Custom',
    provider,
    version: '1',
  })
  const source = {
    name: 'Fetch',
    actionTypeId: type('Source', 'Tick'),
    configuration: { File: besideData(installation, 'revision'), Poll: 'false' },
    outputArtifacts: [{ name: 'code' }],
  }
  const actions = Object.entries(scripts).map(([action, Command]) => ({
    name: action,
    actionTypeId: type('Build', 'Shell'),
    configuration: { Command },
    inputArtifacts: [{ name: 'code' }],
    ...(environmentVariables ? { environmentVariables } : {}),
  }))
  return {
    name,
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
    pipelineType: 'V2',
    stages: [
      { name: 'Source', actions: [source] },
      { name: 'Build', actions },
    ],
  } as unknown as PipelineDeclaration
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').join(' ').trim()
  } catch {
    return ''
  }
}

/** Of our own attacks only: they are known by a length of sleep that nobody else would choose. */
function strays(): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.filter((pid) => leftBehind.includes(commandLine(pid)))
}

function endStrays(): void {
  const found = strays()
  if (found.length > 0) spawnSync('kill', found)
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 150_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 150 s; the server said ${server.said()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
