/** What every database must do for the engine; run for each of them. */
import { secrecyOf } from '../../src/engine/secrets.js'
import type { Database } from '../../src/store/database.js'
import { createEngineStore } from '../../src/store/engine-store.js'
import { sealedStore } from '../../src/store/sealed-store.js'
import { action, bench, failure, me, pipeline, stage, testCatalogue, typeIds } from '../engine/support.js'

export function testStore(name: string, open: () => Promise<Database>): void {
  describe(name, () => {
    let database: Database
    beforeEach(async () => {
      database = await open()
    })
    afterEach(() => database.close())

    test('a whole pipeline runs on it', async () => {
      const b = await bench(database)
      await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a', 'b'])]) })
      await b.finish('Repo', { currentRevision: { revisionId: 'r' }, outputVariables: { CommitId: 'r' } })
      await b.finish('a')
      await b.finish('b', failure())
      expect(await b.executions()).toEqual(['Failed'])
      const { actionExecutionDetails } = await b.operations.listActionExecutions(me, { pipelineName: 'demo' })
      expect(actionExecutionDetails.map((one) => one.status).sort()).toEqual(['Failed', 'Succeeded', 'Succeeded'])
      expect(await b.engine.store.read.revisionUsed('demo', 'Repo', 'r')).toBe(
        actionExecutionDetails[0]?.pipelineExecutionId,
      )
    })

    test('a write that fails leaves nothing behind, and takes nothing with it', async () => {
      const insert = (key: string, then?: () => void) =>
        database.write(async (tx) => {
          await tx.insertInto('meta').values({ key, value: '1' }).execute()
          then?.()
        })
      const results = await Promise.allSettled([
        insert('a'),
        insert('b', () => {
          throw new Error('no')
        }),
        insert('c'),
        insert('c'),
      ])
      expect(results.map((one) => one.status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
      const rows = await database.db
        .selectFrom('meta')
        .select('key')
        .where('key', 'in', ['a', 'b', 'c'])
        .orderBy('key')
        .execute()
      expect(rows.map((row) => row.key)).toEqual(['a', 'c'])
    })

    test('each job goes to one worker, however many ask at once', async () => {
      const b = await bench(database)
      await b.operations.createPipeline(me, {
        pipeline: pipeline([
          stage(
            'Build',
            Array.from({ length: 20 }, (_, index) => `a${index}`),
          ),
        ]),
      })
      await b.finish('Repo')
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, index) => b.jobs.claim(`w${index}`, ['Build/Custom/Make/1'], 4)),
      )
      const ids = claims.flat().map((job) => job.id)
      while (ids.length < 20) {
        const more = await b.jobs.claim('last', ['Build/Custom/Make/1'], 20)
        if (more.length === 0) break
        ids.push(...more.map((job) => job.id))
      }
      expect(new Set(ids).size).toBe(20)
      expect(ids).toHaveLength(20)
    })

    test('events of one pipeline are decided one after the other', async () => {
      const b = await bench(database)
      await b.operations.createPipeline(me, {
        pipeline: pipeline([
          stage(
            'Build',
            Array.from({ length: 10 }, (_, index) => `a${index}`),
          ),
        ]),
      })
      await b.finish('Repo')
      const held = await b.jobs.claim('w', ['Build/Custom/Make/1'], 10)
      await Promise.all(held.map((job) => b.jobs.succeed(job.id, job.fence, {})))
      expect(await b.executions()).toEqual(['Succeeded'])
    })

    test('the same token started at once from many sides starts one execution', async () => {
      const b = await bench(database)
      await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
      const starts = Array.from({ length: 8 }, () =>
        b.operations.startPipelineExecution(me, { name: 'demo', clientRequestToken: 'one' }),
      )
      expect(new Set((await Promise.all(starts)).map((one) => one.pipelineExecutionId)).size).toBe(1)
    })

    test('the outbox tells each entry, in order, and what fails is told again', async () => {
      const b = await bench(database)
      await b.operations.createPipeline(me, { pipeline: pipeline([stage('Build', ['a'])]) })
      await b.finish('Repo')
      const store = createEngineStore(database)
      const told: number[] = []
      await expect(store.drainOutbox(async () => Promise.reject(new Error('later')), 10)).rejects.toThrow('later')
      const count = await store.drainOutbox(async ({ id }) => void told.push(id), 10)
      expect(told).toHaveLength(count)
      expect(told).toEqual([...told].sort((x, y) => x - y))
      expect(await store.drainOutbox(async () => {}, 10)).toBe(0)
    })

    test('A5: people who approve at the same moment are all counted', async () => {
      const b = await bench(database)
      const ask = action('ok', { actionTypeId: typeIds.approval })
      const tags = [{ key: 'penstock:approvals', value: '2 of ada bob' }]
      await b.operations.createPipeline(me, {
        pipeline: pipeline([stage('Gate', [ask]), stage('Deploy', ['d'])]),
        tags,
      })
      await b.finish('Repo')
      const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
      const token = stageStates[1]?.actionStates[0]?.latestExecution?.token ?? ''
      const result = { status: 'Approved', summary: '' } as const
      const input = { pipelineName: 'demo', stageName: 'Gate', actionName: 'ok', token, result }
      await Promise.all(
        ['ada', 'bob'].map((name) =>
          b.operations.putApprovalResult({ ...me, name, arn: `arn:aws:iam::123456789012:user/${name}` }, input),
        ),
      )
      expect(await b.state()).toMatchObject({ 'Gate/ok': 'Succeeded' })
    })

    test('a sealed secret goes in and comes out on either database', async () => {
      const catalogue = testCatalogue()
      const key = {
        seal: (text: string) => [...text].reverse().join(''),
        unseal: (text: string) => [...text].reverse().join(''),
      }
      const store = sealedStore(createEngineStore(database), key, (type) => secrecyOf(catalogue, type))
      const b = await bench(database, catalogue, store)
      const make = action('Make', { configuration: { Secret: 'drowssap' } })
      await b.operations.createPipeline(me, { pipeline: pipeline([{ ...stage('Build', []), actions: [make] }]) })
      const { doc } = await database.db.selectFrom('pipeline_versions').select('doc').executeTakeFirstOrThrow()
      expect(doc).toContain('sealed password')
      const found = await store.read.pipeline('demo')
      expect(found?.declaration.stages[1]?.actions[0]?.configuration).toEqual({ Secret: 'drowssap' })
    })

    test('a signal reaches who listens', async () => {
      const heard = new Promise((resolve) => {
        const end = database.onSignal((signal) => {
          end()
          resolve(signal)
        })
      })
      database.signal({ kind: 'pipeline', pipelineName: 'site' })
      expect(await heard).toEqual({ kind: 'pipeline', pipelineName: 'site' })
    })
  })
}
