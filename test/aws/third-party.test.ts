/** A partner's worker in Python, from its set-up with the command line to its result (J13). */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { boto3 } from '../../plugins/aws-api/test/support/clients.js'
import { workerPipeline } from './support/pipelines.js'
import { type ServerUnderTest, startServerUnderTest } from './support/server.js'

const bin = resolve(__dirname, '../../core/bin/penstock.js')
let subject: ServerUnderTest
let data: string

beforeAll(async () => {
  subject = await startServerUnderTest()
  data = subject.server.config.dataDir
})
afterAll(() => subject?.stop())

const penstock = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, [bin, ...args, '--data', data])).stdout

const declaration = {
  id: { category: 'Build', owner: 'ThirdParty', provider: 'Partner', version: '1' },
  inputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
  outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
  properties: [{ name: 'Project' }, { name: 'Token', optional: true, noEcho: true }],
}

test('a partner registers, polls, acknowledges and reports with the token of its set-up', async () => {
  const file = join(data, 'partner.json')
  writeFileSync(file, JSON.stringify({ actionType: declaration }))
  expect(await penstock('action-type', 'put', file)).toBe('Build/ThirdParty/Partner/1 added\n')
  const { clientId, clientToken } = JSON.parse(
    await penstock('action-type', 'client-token', 'Partner', '--output', 'json'),
  )
  expect(await subject.server.services.access.auditLog({ limit: 2 })).toMatchObject([
    { operation: 'ShowClientToken', target: clientId, principal: 'penstock action-type' },
    { operation: 'PutActionType', target: 'Build/ThirdParty/Partner/1', detail: 'added' },
  ])
  const pipeline = workerPipeline('partners', subject.accountId, subject.server.services.identity.bucket)
  const build = pipeline.stages?.[1]?.actions?.[0]
  Object.assign(build ?? {}, { actionTypeId: declaration.id, namespace: undefined })
  const { accessKeyId, secretAccessKey } = subject.keys
  const printed = await boto3(
    subject.endpoint,
    `
import time
c = client('codepipeline')
def when(look):
    deadline = time.time() + 30
    while time.time() < deadline:
        found = look()
        if found: return found
        time.sleep(0.1)
    raise Exception('it did not come to be')
kind = json.loads(${JSON.stringify(JSON.stringify(declaration.id))})
when(lambda: [t for t in c.list_action_types()['actionTypes'] if t['id'] == kind])
source = dict(category='Source', owner='Custom', provider='Outside', version='v2')
c.create_custom_action_type(category='Source', provider='Outside', version='v2',
    configurationProperties=[dict(name='Project', required=True, key=True, secret=False)],
    inputArtifactDetails=dict(minimumCount=0, maximumCount=0), outputArtifactDetails=dict(minimumCount=1, maximumCount=1))
c.create_pipeline(pipeline=json.loads(${JSON.stringify(JSON.stringify(pipeline))}))
[first] = when(lambda: c.poll_for_jobs(actionTypeId=source, maxBatchSize=1)['jobs'])
c.acknowledge_job(jobId=first['id'], nonce=first['nonce'])
c.put_job_success_result(jobId=first['id'], currentRevision=dict(revision='r', changeIdentifier='c'))
[job] = when(lambda: c.poll_for_third_party_jobs(actionTypeId=kind, maxBatchSize=1)['jobs'])
token, refused = ${JSON.stringify(clientToken)}, None
try: c.get_third_party_job_details(jobId=job['jobId'], clientToken='0' * 64)
except c.exceptions.InvalidClientTokenException as e: refused = e.response['Error']['Code']
details = c.get_third_party_job_details(jobId=job['jobId'], clientToken=token)['jobDetails']
status = c.acknowledge_third_party_job(jobId=job['jobId'], nonce=details['nonce'], clientToken=token)['status']
c.put_third_party_job_success_result(jobId=job['jobId'], clientToken=token, executionDetails=dict(summary='by a partner'))
state = when(lambda: [s['actionStates'][0]['latestExecution'] for s in c.get_pipeline_state(name='partners')['stageStates']
    if s['stageName'] == 'Build' and s['actionStates'][0].get('latestExecution', {}).get('status') == 'Succeeded'])[0]
print(json.dumps(dict(clientId=job['clientId'], refused=refused, status=status, summary=state['summary'],
    configuration=details['data']['actionConfiguration']['configuration'],
    context=sorted(details['data']['pipelineContext']))))`,
    { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_DEFAULT_REGION: subject.region },
  )
  expect(printed).toEqual({
    clientId,
    refused: 'InvalidClientTokenException',
    status: 'InProgress',
    summary: 'by a partner',
    configuration: { Project: 'partners', Token: 'hunter2' },
    context: ['action', 'pipelineName', 'stage'],
  })
}, 120_000)

test.each([
  { it: 'another owner', change: { id: { ...declaration.id, owner: 'Custom' } }, says: /id\.owner .*ThirdParty/ },
  { it: 'a misspelt member', change: { propertys: [] }, says: /propertys/ },
  { it: 'no artifact counts', change: { inputArtifactDetails: undefined }, says: /inputArtifactDetails/ },
])(
  'action-type put refuses $it',
  async ({ change, says }) => {
    const file = join(data, 'wrong.json')
    writeFileSync(file, JSON.stringify({ ...declaration, ...change }))
    await expect(penstock('action-type', 'put', file)).rejects.toThrow(says)
  },
  60_000,
)

test('no token for a provider that nobody registered', async () => {
  await expect(penstock('action-type', 'client-token', 'Nobody')).rejects.toThrow(/action-type put FILE adds one/)
}, 60_000)
