import {
  CodePipelineClient,
  DeletePipelineCommand,
  GetPipelineStateCommand,
  ListWebhooksCommand,
  PutActionRevisionCommand,
} from '@aws-sdk/client-codepipeline'
import { Fault } from '@penstock/core'
import { aws, boto3 } from '../support/clients.js'
import { type ApiUnderTest, key, region, startApi } from '../support/server.js'

const created = new Date(1_700_000_000_250)
const seen: unknown[] = []
// Processes and megabytes, on machines that may be busy.
jest.setTimeout(60_000)

let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi({
    operations: {
      getPipelineState: (_, { name }: { name: string }) => {
        if (name === 'none') throw new Fault('PipelineNotFoundException', "there is no pipeline 'none'")
        return { pipelineName: name, pipelineVersion: 3, stageStates: [], created, updated: created }
      },
      deletePipeline: () => undefined,
      putActionRevision: (_, input: never) => {
        seen.push(input)
        return { newRevision: true, pipelineExecutionId: '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11' }
      },
      listWebhooks: (_, input: never) => {
        seen.push(input)
        return { webhooks: [], NextToken: 'next' }
      },
    },
  })
})
afterAll(() => api.stop())
beforeEach(() => {
  seen.length = 0
})

const client = () => new CodePipelineClient({ endpoint: api.endpoint, region, credentials: key, maxAttempts: 1 })
const revision = { pipelineName: 'shop', stageName: 'Source', actionName: 'Fetch' }

describe('the JavaScript SDK v3', () => {
  it('reads timestamps as Dates, with their milliseconds', async () => {
    const state = await client().send(new GetPipelineStateCommand({ name: 'shop' }))
    expect(state).toMatchObject({ pipelineName: 'shop', created })
    expect(state.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('throws the fault by its name', async () => {
    await expect(client().send(new GetPipelineStateCommand({ name: 'none' }))).rejects.toMatchObject({
      name: 'PipelineNotFoundException',
      message: "there is no pipeline 'none'",
    })
  })

  it('sends timestamps with their milliseconds', async () => {
    const actionRevision = { revisionId: 'a', revisionChangeId: 'b', created }
    await client().send(new PutActionRevisionCommand({ ...revision, actionRevision }))
    expect(seen).toEqual([{ ...revision, actionRevision }])
  })

  it('accepts the empty answer of an operation without output', async () => {
    const answer = await client().send(new DeletePipelineCommand({ name: 'shop' }))
    expect(answer.$metadata.httpStatusCode).toBe(200)
  })

  it('pages webhooks with members in capitals (W5)', async () => {
    const answer = await client().send(new ListWebhooksCommand({ NextToken: 'x', MaxResults: 7 }))
    expect(answer).toMatchObject({ webhooks: [], NextToken: 'next' })
    expect(seen).toEqual([{ NextToken: 'x', MaxResults: 7 }])
  })
})

describe("Debian's aws command", () => {
  it('prints the state', async () => {
    const state = await aws(api.endpoint, ['codepipeline', 'get-pipeline-state', '--name', 'shop'])
    expect(state).toMatchObject({ pipelineName: 'shop', pipelineVersion: 3 })
  })

  it('names the fault', async () => {
    const call = aws(api.endpoint, ['codepipeline', 'get-pipeline-state', '--name', 'none'])
    await expect(call).rejects.toMatchObject({
      stderr: expect.stringContaining('An error occurred (PipelineNotFoundException)'),
    })
  })

  it('prints nothing for an operation without output', async () => {
    expect(await aws(api.endpoint, ['codepipeline', 'delete-pipeline', '--name', 'shop'])).toBeUndefined()
  })
})

describe('boto3', () => {
  it('reads timestamps, and sends them in whole seconds', async () => {
    const printed = await boto3(
      api.endpoint,
      `
import datetime
c = client('codepipeline')
s = c.get_pipeline_state(name='shop')
c.put_action_revision(pipelineName='shop', stageName='Source', actionName='Fetch', actionRevision=dict(
    revisionId='a', revisionChangeId='b', created=datetime.datetime.fromtimestamp(1700000000, datetime.timezone.utc)))
print(json.dumps(dict(created=s['created'].timestamp(), id=s['ResponseMetadata']['RequestId'])))`,
    )
    expect(printed).toEqual({ created: 1_700_000_000.25, id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    expect(seen).toMatchObject([{ actionRevision: { created: new Date(1_700_000_000_000) } }])
  })

  it('raises the fault as a class of its own', async () => {
    const printed = await boto3(
      api.endpoint,
      `
c = client('codepipeline')
try: c.get_pipeline_state(name='none')
except c.exceptions.PipelineNotFoundException as e: print(json.dumps(str(e)))`,
    )
    expect(printed).toContain("there is no pipeline 'none'")
  })
})
