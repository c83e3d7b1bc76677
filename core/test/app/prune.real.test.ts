/** What goes when history is pruned, at a server with real executions: by number, by size, one alone; and what never goes. */
import { randomBytes } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askServer } from '../../src/app/control-socket.js'
import type { Pruned, PruneRequest } from '../../src/app/retention.js'
import { prune as pruneCommand } from '../../src/cli/prune.js'
import { startTestServer, type TestServer } from '../../src/testkit/test-server.js'

jest.setTimeout(120_000)

const source = {
  category: 'Source',
  provider: 'Random',
  configuration: {},
  outputArtifacts: 1,
  latestRevision: async () => undefined,
  async run(_job: unknown, ctx: { workspace: string; output(folder: string): Promise<unknown> }) {
    writeFileSync(join(ctx.workspace, 'data'), randomBytes(64 * 1024))
    await ctx.output(ctx.workspace)
    return { revision: { revisionId: 'r1' } }
  },
}
const build = { category: 'Build', provider: 'Try', configuration: {}, inputArtifacts: 1, run: async () => {} }

let server: TestServer
/** The executions of `shop`, the oldest first. */
const made: string[] = []
beforeAll(async () => {
  server = await startTestServer({
    bundled: ['manual-approval'],
    plugins: [source as never, build as never],
    settings: { retention: { executions: 4, artifacts: '160 KiB' } },
  })
  await create('shop', { category: 'Build', owner: 'Custom', provider: 'Try', version: '1' }, [{ name: 'code' }])
  made.push(await ended('shop'))
  while (made.length < 6) {
    await server.services.operations.startPipelineExecution(server.admin, { name: 'shop' })
    made.push(await ended('shop'))
  }
})
afterAll(() => server?.stop())

async function create(name: string, actionTypeId: object, inputArtifacts: readonly object[]): Promise<void> {
  const fetch = { category: 'Source', owner: 'Custom', provider: 'Random', version: '1' }
  const stages = [
    { name: 'Source', actions: [{ name: 'Get', actionTypeId: fetch, outputArtifacts: [{ name: 'code' }] }] },
    { name: 'Work', actions: [{ name: 'Do', actionTypeId, inputArtifacts }] },
  ]
  await server.services.operations.createPipeline(server.admin, { pipeline: { name, stages } } as never)
}

const executions = async (pipelineName: string) =>
  (await server.services.operations.listPipelineExecutions(server.admin, { pipelineName }))
    .pipelineExecutionSummaries ?? []

async function newest(name: string, status: string): Promise<string> {
  for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const [first] = await executions(name)
    const id = first?.pipelineExecutionId ?? ''
    if (first?.status === status && !made.includes(id)) return id
    if (Date.now() > end) throw new Error(`${name} is ${first?.status}: ${server.log()}`)
  }
}
const ended = (name: string) => newest(name, 'Succeeded')

const prune = async (request: PruneRequest) =>
  (await askServer(server.config.dataDir, { command: 'history prune', name: JSON.stringify(request) })) as Pruned[]

/** Objects of the pipeline in the store. */
const artifacts = () =>
  readdirSync(join(server.config.dataDir, 'artifacts'), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\/shop\//.test(`${entry.parentPath}/`),
  ).length

test('a dry run says what would go, and takes nothing', async () => {
  const said = await prune({ dryRun: true })
  expect(said).toEqual([{ pipelineName: 'shop', executionIds: made.slice(0, 2), withoutArtifacts: [made[3], made[2]] }])
  expect(await executions('shop')).toHaveLength(6)
  const print = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  await pruneCommand(undefined, undefined, { data: server.config.dataDir, dryRun: true })
  expect(print.mock.calls.join('')).toBe('shop: 2 would go\nshop: artifacts of 2 more would go\n')
  print.mockRestore()
})

test('what is beyond the number goes, what is beyond the size loses its artifacts, and then nothing is left to go', async () => {
  const before = artifacts()
  await prune({ dryRun: false })
  expect((await executions('shop')).map(({ pipelineExecutionId }) => pipelineExecutionId)).toEqual(
    made.slice(2).reverse(),
  )
  expect(artifacts()).toBe((before * 2) / 6)
  expect(await prune({ dryRun: true })).toEqual([])
})

test('one execution alone goes, by its whole id; none that lives, and none of another pipeline', async () => {
  const [one = ''] = made.slice(2)
  await expect(prune({ dryRun: false, pipelineName: 'other', executionId: one })).rejects.toThrow(/has no execution/)
  await expect(prune({ dryRun: false, pipelineName: 'shop', executionId: one.slice(0, 8) })).rejects.toThrow(
    /whole ids/,
  )
  expect(await prune({ dryRun: false, pipelineName: 'shop', executionId: one })).toEqual([
    { pipelineName: 'shop', executionIds: [one] },
  ])
  expect((await executions('shop')).map(({ pipelineExecutionId }) => pipelineExecutionId)).toEqual(
    made.slice(3).reverse(),
  )

  await create('waits', { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' }, [])
  const live = await newest('waits', 'InProgress')
  await expect(prune({ dryRun: false, pipelineName: 'waits', executionId: live })).rejects.toThrow(/stop it first/)
  await expect(pruneCommand('shop', undefined, { data: server.config.dataDir })).rejects.toThrow(/name the execution/)
})
