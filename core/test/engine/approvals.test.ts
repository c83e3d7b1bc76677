import type { Client } from '../../src/cli/api/client.js'
import { stillWaits } from '../../src/cli/verbs/answer.js'
import type { Principal } from '../../src/domain/access.js'
import { readApprovalsTag } from '../../src/domain/approval.js'
import { action, type Bench, bench, me, pipeline, stage, typeIds } from './support.js'

let b: Bench
beforeEach(async () => {
  b = await bench()
})
afterEach(() => b.close())

const person = (name: string): Principal => ({ ...me, name, arn: `arn:aws:iam::123456789012:user/${name}` })
const [ada, bob, eve] = [person('ada'), person('bob'), person('eve')]

const gate = () => action('ok', { actionTypeId: typeIds.approval })
const plain = [stage('Gate', [gate()]), stage('Deploy', [action('d', { inputArtifacts: [{ name: 'tree' }] })])]

/** A pipeline with this tag whose approval waits. */
async function ask(value: string, stages = plain): Promise<void> {
  const tags = [{ key: 'penstock:approvals', value }]
  await b.operations.createPipeline(me, { pipeline: pipeline(stages), tags })
  await b.finish('Repo')
}

async function asked() {
  const { stageStates } = await b.operations.getPipelineState(me, { name: 'demo' })
  const gateState = stageStates.find(({ stageName }) => stageName === 'Gate')
  return gateState?.actionStates.find(({ actionName }) => actionName === 'ok')?.latestExecution
}

async function answer(by: Principal, status: 'Approved' | 'Rejected' = 'Approved', given?: string) {
  const token = given ?? (await asked())?.token ?? 'none'
  const result = { status, summary: `${by.name} says so` }
  await b.operations.putApprovalResult(by, {
    pipelineName: 'demo',
    stageName: 'Gate',
    actionName: 'ok',
    token,
    result,
  })
}

const approvalsNeeded = async () => {
  const rows = await b.database.db.selectFrom('outbox').select('doc').execute()
  const effects = rows.flatMap(({ doc }) => JSON.parse(doc) as { kind: string; token?: string }[])
  return effects.filter(({ kind }) => kind === 'approvalNeeded').map(({ token }) => token)
}

describe('A5: more than one person', () => {
  test('A5: it takes as many different people as the tag says, with one token', async () => {
    await ask('2')
    const token = (await asked())?.token
    await answer(ada)
    expect(await asked()).toMatchObject({
      status: 'InProgress',
      token,
      lastUpdatedBy: ada.arn,
      summary: '1 of 2 have approved: ada',
    })
    await answer(bob)
    expect(await asked()).toMatchObject({ status: 'Succeeded', lastUpdatedBy: bob.arn, summary: 'bob says so' })
    expect(await b.claim()).toHaveProperty('d')
  })

  test('A5: the same person counts once, and is told so', async () => {
    await ask('2')
    await answer(ada)
    await expect(answer(ada)).rejects.toMatchObject({
      code: 'ApprovalAlreadyCompletedException',
      message: expect.stringContaining('2 different people, 1 so far'),
    })
    expect((await asked())?.status).toBe('InProgress')
  })

  test('A5: one rejection is enough, also of somebody who had approved', async () => {
    await ask('3')
    await answer(ada)
    await answer(ada, 'Rejected')
    expect(await asked()).toMatchObject({ status: 'Failed', errorDetails: { code: 'Rejected' } })
    await expect(answer(bob)).rejects.toMatchObject({ code: 'InvalidApprovalTokenException' })
  })

  test('A5: where people are named, nobody else answers', async () => {
    await ask('1 of ada bob')
    await expect(answer(eve)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: expect.stringContaining('ada, bob'),
    })
    await expect(answer(eve, 'Rejected')).rejects.toMatchObject({ code: 'AccessDeniedException' })
    await answer(bob)
    expect((await asked())?.status).toBe('Succeeded')
  })

  test('A5: what was asked with one quorum is not answered with another', async () => {
    await ask('2')
    const resourceArn = 'arn:aws:codepipeline:eu-central-1:123456789012:demo'
    await b.operations.tagResource(me, { resourceArn, tags: [{ key: 'penstock:approvals', value: '1' }] })
    await answer(ada)
    expect((await asked())?.status).toBe('InProgress')
  })

  test('A5: who approves from a terminal is told how many are still to', async () => {
    const client = { getPipelineState: (input: { name: string }) => b.operations.getPipelineState(me, input) }
    await ask('2')
    const token = (await asked())?.token ?? ''
    await answer(ada)
    expect(await stillWaits(client as Client, 'demo', token)).toBe('1 of 2 have approved: ada')
    await answer(bob)
    expect(await stillWaits(client as Client, 'demo', token)).toBeUndefined()
  })

  test('A5: answers at the same moment are counted one after the other', async () => {
    await ask('3')
    const token = (await asked())?.token
    await Promise.all([ada, bob, eve].map((each) => answer(each, 'Approved', token)))
    expect((await asked())?.status).toBe('Succeeded')
  })

  test.each([
    { value: '2', quorum: { needed: 2 } },
    { value: ' 1  of  ada   bob ada ', quorum: { needed: 1, of: ['ada', 'bob'] } },
    { value: '0', problem: '1 to 20' },
    { value: '21', problem: '1 to 20' },
    { value: '3 of ada bob', problem: 'nobody could ever approve' },
    { value: 'two', problem: 'a number such as 2' },
    { value: '2 of', problem: 'a number such as 2' },
    { value: '', problem: 'a number such as 2' },
    { value: '-1', problem: 'a number such as 2' },
  ])('A5: the tag $value is read, or what is wrong with it is said', ({ value, quorum, problem }) => {
    expect(readApprovalsTag(value)).toEqual(quorum ? { quorum } : { problem: expect.stringContaining(problem ?? '') })
  })
})

describe('A6: what is approved', () => {
  const beside = [
    stage('Gate', [gate(), action('pack', { outputArtifacts: [{ name: 'site' }] })]),
    stage('Deploy', [action('d', { inputArtifacts: [{ name: 'site' }] })]),
  ]

  test('A6: an artifact that comes later makes a new token, and what was answered does not count', async () => {
    await ask('2', beside)
    const before = (await asked())?.token
    await answer(ada)
    await b.finish('pack')
    const renewed = await asked()
    expect(renewed?.token).not.toBe(before)
    expect(renewed).not.toHaveProperty('summary')
    expect(await approvalsNeeded()).toEqual([before, renewed?.token])
    await expect(answer(bob, 'Approved', before)).rejects.toMatchObject({ code: 'InvalidApprovalTokenException' })
    await answer(bob)
    await answer(ada)
    expect((await asked())?.status).toBe('Succeeded')
  })

  test('A6: what nothing behind it takes changes nothing', async () => {
    const unused = [beside[0] as (typeof beside)[0], stage('Deploy', [action('d')])]
    await ask('1', unused)
    const before = (await asked())?.token
    await b.finish('pack')
    expect((await asked())?.token).toBe(before)
    expect(await approvalsNeeded()).toHaveLength(1)
  })
})
