/** What lists of pipelines are made from, on both databases. */
import type { PipelineExecution } from '../../src/domain/execution.js'
import type { Database } from '../../src/store/database.js'
import { DefinitionCache } from '../../src/store/definition-cache.js'
import { createOverviewReads, type OverviewReads } from '../../src/store/overview-reads.js'
import { executionRow } from '../../src/store/rows.js'
import { createStandingReads } from '../../src/store/standing-reads.js'
import { onEachDatabase } from './support/databases.js'

onEachDatabase((database) => {
  let reads: OverviewReads
  beforeEach(async () => {
    reads = createOverviewReads(database(), new DefinitionCache())
    for (const name of ['Shop', 'shop_api', 'blog']) await addPipeline(name)
  }, 60_000)
  const write = (work: Parameters<Database['write']>[0]) => database().write(work)

  async function addPipeline(name: string): Promise<void> {
    const declaration = { name, roleArn: '', stages: [{ name: 'Ask', actions: [] }] }
    await write(async (tx) => {
      const doc = JSON.stringify({ name, created: 1, updated: 1, tags: {} })
      await tx.insertInto('pipelines').values({ name, version: 1, sequence: 0, doc }).execute()
      const version = {
        pipeline_name: name,
        version: 1,
        created: 1,
        created_by: 'me',
        doc: JSON.stringify(declaration),
      }
      await tx.insertInto('pipeline_versions').values(version).execute()
    })
  }

  async function addExecution(name: string, number: number, status: PipelineExecution['status']): Promise<string> {
    const id = `${name}-${number}`
    const row = executionRow({ id, pipelineName: name, number, pipelineVersion: 1, status, started: number } as never)
    await write(async (tx) => {
      await tx.insertInto('executions').values(row).execute()
    })
    return id
  }

  test('names in their order, by a part of them: wildcards of SQL are letters like others', async () => {
    expect(new Set(await reads.names(undefined, undefined, 9))).toEqual(new Set(['Shop', 'blog', 'shop_api']))
    expect(await reads.names('SHOP', undefined, 9)).toHaveLength(2)
    expect(await reads.names('_', undefined, 9)).toEqual(['shop_api'])
    expect(await reads.names('%', undefined, 9)).toEqual([])
    const [first = ''] = await reads.names(undefined, undefined, 1)
    expect(await reads.names(undefined, first, 9)).toHaveLength(2)
    expect(await reads.names(undefined, first, 9)).not.toContain(first)
  })

  test('the newest execution of each pipeline', async () => {
    for (const number of [1, 2, 10]) await addExecution('blog', number, 'Succeeded')
    await addExecution('Shop', 3, 'Failed')
    const latest = await reads.latestExecutions(['blog', 'Shop', 'shop_api', 'gone'])
    expect(latest.map(({ pipelineName, number }) => [pipelineName, Number(number)]).sort()).toEqual([
      ['Shop', 3],
      ['blog', 10],
    ])
  })

  test('actions in progress, of executions that live', async () => {
    const live = await addExecution('blog', 1, 'InProgress')
    const over = await addExecution('blog', 2, 'Stopped')
    const action = (id: string, executionId: string, status: string) => ({
      id,
      execution_id: executionId,
      pipeline_name: 'blog',
      stage_name: 'Ask',
      number: 1,
      status,
      started: 1,
      deadline: null,
      doc: JSON.stringify({ id }),
    })
    await write(async (tx) => {
      const rows = [action('a', live, 'InProgress'), action('b', live, 'Succeeded'), action('c', over, 'InProgress')]
      await tx.insertInto('action_executions').values(rows).execute()
    })
    expect((await reads.actionsInProgress(['blog', 'Shop'])).map(({ id }) => id)).toEqual(['a'])
  })

  test('declarations, of those that exist', async () => {
    expect((await reads.declarations(['blog', 'gone'])).map(({ name }) => name)).toEqual(['blog'])
  })

  test('the newest few of each pipeline, newest first, whatever else counts along', async () => {
    const standing = createStandingReads(database())
    for (const number of [1, 5, 9, 12]) await addExecution('blog', number, 'Succeeded')
    await addExecution('Shop', 3, 'Failed')
    const recent = await standing.recent(['blog', 'Shop'], 2)
    expect(recent.map(({ pipelineName, number }) => [pipelineName, Number(number)])).toEqual([
      ['blog', 12],
      ['blog', 9],
      ['Shop', 3],
    ])
    expect((await standing.latest(undefined)).map(({ id }) => id).sort()).toEqual(['Shop-3', 'blog-12'])
    expect((await standing.pipelines(undefined)).map(({ name }) => name)).toHaveLength(3)
  })

  test('the activity of all pipelines, page by page, none twice though two began at once', async () => {
    const standing = createStandingReads(database())
    for (const [name, number] of [
      ['blog', 1],
      ['Shop', 1],
      ['blog', 2],
    ] as const)
      await addExecution(name, number, 'Succeeded')
    const seen: string[] = []
    for (let before: { started: number; id: string } | undefined; ; ) {
      const [one] = await standing.activity(before, 1)
      if (!one) break
      seen.push(one.id)
      before = { started: Number(one.started), id: one.id }
    }
    expect(seen[0]).toBe('blog-2')
    expect([...seen].sort()).toEqual(['Shop-1', 'blog-1', 'blog-2'])
  })
})
