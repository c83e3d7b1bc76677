import type { Principal } from '../../src/domain/access.js'
import { startTestServer, type TestServer } from '../../src/testkit/test-server.js'

jest.setTimeout(60_000) // real files and ports, on machines that are busy

const me: Principal = { name: 'me', arn: 'arn:aws:iam::000000000000:user/me', policies: ['AWSCodePipeline_FullAccess'] }
let server: TestServer
/** Lets the sources succeed: not before the transition is disabled. */
let open: () => void
beforeEach(async () => {
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  server = await startTestServer({
    plugins: [
      {
        category: 'Source',
        provider: 'Ready',
        configuration: {},
        outputArtifacts: 1,
        latestRevision: async () => ({ revisionId: 'r1' }),
        run: () => gate,
      } as never,
    ],
    bundled: ['manual-approval'],
  })
})
afterEach(() => {
  open()
  return server.stop()
})

test('what the list shows is what GetPipelineState says of each', async () => {
  const { operations, overview } = server.services
  for (const [name, executionMode] of [
    ['two', 'SUPERSEDED'],
    ['one', 'PARALLEL'],
  ] as const) {
    await operations.createPipeline(me, {
      pipeline: {
        name,
        executionMode,
        pipelineType: 'V2',
        roleArn: 'arn:aws:iam::000000000000:role/penstock',
        artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
        stages: [
          {
            name: 'Source',
            actions: [
              {
                name: 'Fetch',
                actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Ready', version: '1' },
                outputArtifacts: [{ name: 'code' }],
              },
            ],
          },
          {
            name: 'Ask',
            actions: [
              { name: 'Fine', actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } },
            ],
          },
        ],
      },
    })
  }
  const reason = 'Sale'
  await operations.disableStageTransition(me, {
    pipelineName: 'two',
    stageName: 'Ask',
    transitionType: 'Inbound',
    reason,
  })
  open()
  const asked = async (wanted: string) => {
    const [first, second] = await overview.pipelines(['two', 'gone', 'one'])
    return JSON.stringify([first?.stages, second?.approvals]) === wanted
  }
  const wanted = JSON.stringify([
    [
      { name: 'Source', status: 'Succeeded', closed: false },
      { name: 'Ask', closed: true },
    ],
    1,
  ])
  for (let tries = 0; tries < 200 && !(await asked(wanted)); tries++) await new Promise((go) => setTimeout(go, 50))
  const [two, one] = await overview.pipelines(['two', 'gone', 'one'])
  expect(two).toMatchObject({
    name: 'two',
    latest: { status: 'InProgress' },
    stages: [
      { name: 'Source', status: 'Succeeded', closed: false },
      { name: 'Ask', closed: true },
    ],
    approvals: 0,
    sourceProblem: false,
  })
  // X6: GetPipelineState is empty in PARALLEL mode; a list shows the newest execution all the same.
  expect(one).toMatchObject({ name: 'one', approvals: 1, stages: [{ status: 'Succeeded' }, { status: 'InProgress' }] })

  const [held, asked1] = await overview.standing(['one', 'two']).then(([a, b]) => [b, a])
  expect(held?.live[0]).toMatchObject({
    at: { stage: 'Ask', waiting: true, held: { reason, by: me.arn } },
    actions: [],
  })
  expect(asked1?.live[0]).toMatchObject({
    at: { stage: 'Ask', waiting: false },
    actions: [{ actionName: 'Fine', approval: { token: expect.any(String), deadline: expect.any(Number) } }],
  })
  // What waited for a worker is told apart from what worked.
  const [fetch] = await overview.runs(asked1?.live[0]?.pipelineExecutionId ?? '')
  expect(fetch?.workStarted).toBeGreaterThanOrEqual(fetch?.started ?? 0)
  expect(fetch?.updated).toBeGreaterThanOrEqual(fetch?.workStarted ?? 0)
  expect((await overview.activity({ limit: 9 })).map(({ pipelineName }) => pipelineName).sort()).toEqual(['one', 'two'])
})
