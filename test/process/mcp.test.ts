/** `penstock mcp`, driven by a real MCP client: over a pipe with the operator's rights, over HTTP with those of a key. */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { TestGitServer } from '@penstock/core/testkit'
import { samplePipeline, serveSample } from './sample-pipeline.js'
import { cleanUp, penstock, type ServerProcess, serve, start, temporaryFolder, until } from './world.js'

jest.setTimeout(120_000) // real processes, on machines that are busy

const bin = resolve(__dirname, '../../core/bin/penstock.js')
let git: TestGitServer
let cwd: string
let server: ServerProcess
let agent: Client

beforeAll(async () => {
  git = await serveSample()
  cwd = temporaryFolder()
  server = await serve(cwd)
  writeFileSync(join(cwd, 'site.yaml'), samplePipeline(git.url))
  expect(await penstock(['put', 'site.yaml', '--data', 'data'], { cwd })).toMatchObject({ status: 0 })
  agent = new Client({ name: 'test', version: '1.0.0' })
  await agent.connect(
    new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', '--data', 'data'], cwd, stderr: 'pipe' }),
  )
})
afterAll(async () => {
  await agent?.close()
  await cleanUp()
  await git?.stop()
})

/** What a tool said, and whether it refused. */
async function call(by: Client, name: string, input: object = {}): Promise<{ text: string; refused: boolean }> {
  const { content, isError } = await by.callTool({ name, arguments: { ...input } })
  const [first] = content as { type: string; text: string }[]
  return { text: first?.text ?? '', refused: isError === true }
}

const read = async (name: string, input: object = {}) => JSON.parse((await call(agent, name, input)).text)
const site = { pipeline: 'site' }
const explained = () => read('explain_pipeline', site) as Promise<{ stages: { stage: string; waits: string[] }[] }>
const waits = () => until(async () => JSON.stringify(await explained()).includes('waits for a person'))

test('tools say what they are for, and which of them change something', async () => {
  const { tools } = await agent.listTools()
  const changing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false).map(({ name }) => name)
  expect(changing.sort()).toEqual([
    'answer_approval',
    'retry_stage',
    'rollback_stage',
    'set_transition',
    'start_pipeline',
    'stop_execution',
  ])
  for (const { description, inputSchema } of tools) {
    expect(description?.length).toBeGreaterThan(30)
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
  }
})

test('an agent follows a change from its approval to its end', async () => {
  await waits()
  expect((await read('list_pipelines')).pipelines).toMatchObject([{ name: 'site', approvals: 1 }])
  const approved = await call(agent, 'answer_approval', { ...site, decision: 'Approved', comment: 'Ada said so' })
  expect(approved).toMatchObject({ refused: false })
  await until(async () => (await read('list_executions', site))[0].status === 'Succeeded')
  const { actions } = await read('get_execution', site)
  expect(actions).toHaveLength(4)
  expect(await read('read_log', { ...site, action: 'Shell', lines: 5 })).toMatchObject({
    status: 'Succeeded',
    log: expect.stringContaining('shipping to here'),
  })
})

test('why nothing moves, and what there is to do, is said in words', async () => {
  await call(agent, 'set_transition', { ...site, stage: 'Ship', enabled: false, reason: 'not on Fridays' })
  expect((await explained()).stages.find(({ stage }) => stage === 'Ship')?.waits).toEqual([
    expect.stringMatching(/transition into Ship is disabled by .*: not on Fridays/),
  ])
  await call(agent, 'set_transition', { ...site, stage: 'Ship', enabled: true })
  await call(agent, 'start_pipeline', site)
  await waits()
  const rejected = await call(agent, 'answer_approval', { ...site, decision: 'Rejected', comment: 'wrong colour' })
  expect(rejected.refused).toBe(false)
  await until(async () => JSON.stringify(await explained()).includes('wrong colour'))
  expect(await call(agent, 'rollback_stage', { ...site, stage: 'Shop' })).toEqual({
    refused: true,
    text: expect.stringContaining("did you mean 'Ship'?"),
  })
  expect(await call(agent, 'get_pipeline', { pipeline: 'sight' })).toMatchObject({ refused: true })
  await expect(agent.callTool({ name: 'start_pipeline', arguments: { pipelin: 'site' } })).resolves.toMatchObject({
    isError: true,
  })
})

test('over HTTP every agent has the rights of its own key, and nobody without one gets in', async () => {
  const made = await penstock(
    [
      'access-key',
      'create',
      '--data',
      'data',
      '--user',
      'ada',
      '--policy',
      'AWSCodePipeline_ReadOnlyAccess',
      '--output',
      'json',
    ],
    { cwd },
  )
  const { accessKeyId, secretAccessKey } = JSON.parse(made.out) as { accessKeyId: string; secretAccessKey: string }
  const listening = start(['mcp', '--data', 'data', '--http', '0'], { cwd })
  await until(() => /MCP is at (\S+)/.test(listening.err()))
  const url = new URL(/MCP is at (\S+)/.exec(listening.err())?.[1] ?? '')
  const connect = async (key: string) => {
    const by = new Client({ name: 'test', version: '1.0.0' })
    const headers = { authorization: `Basic ${Buffer.from(key).toString('base64')}` }
    await by.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }))
    return by
  }
  const reader = await connect(`${accessKeyId}:${secretAccessKey}`)
  expect(await call(reader, 'list_pipelines')).toMatchObject({ refused: false, text: expect.stringContaining('site') })
  expect(await call(reader, 'start_pipeline', site)).toMatchObject({
    refused: true,
    text: expect.stringContaining('AccessDeniedException'),
  })
  await reader.close()
  const stranger = await connect(`${accessKeyId}:wrong`)
  expect(await call(stranger, 'list_pipelines')).toMatchObject({ refused: true })
  await stranger.close()
  const nobody = await fetch(url, { method: 'POST', body: '{}' })
  expect(nobody.status).toBe(401)
  expect(await nobody.text()).toContain('access key')
  const rebound = await fetch(url, { method: 'POST', body: '{}', headers: { origin: 'https://evil.example' } })
  expect(rebound.status).toBe(403)
  expect(await listening.end('SIGTERM')).toBe(0)
  expect(server.err()).not.toContain(secretAccessKey)
})
