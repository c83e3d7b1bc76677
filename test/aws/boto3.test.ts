/** Debian's boto3, unmodified, against a whole server: a worker in Python. */
import { boto3 } from '../../plugins/aws-api/test/support/clients.js'
import { workerPipeline } from './support/pipelines.js'
import { type ServerUnderTest, startServerUnderTest } from './support/server.js'

let subject: ServerUnderTest

beforeAll(async () => {
  subject = await startServerUnderTest()
})
afterAll(() => subject?.stop())

const python = (script: string) => {
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = subject.keys
  return boto3(subject.endpoint, `c = client('codepipeline')\n${script}`, {
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_DEFAULT_REGION: subject.region,
  })
}

const worker = `
import time
def take(category, many):
    deadline = time.time() + 20
    while time.time() < deadline:
        jobs = c.poll_for_jobs(actionTypeId=dict(category=category, owner='Custom', provider='Outside', version='v2'), maxBatchSize=many)['jobs']
        if jobs: return jobs
        time.sleep(0.05)
    raise Exception('no job of ' + category)
def store(job):
    k = job['data']['artifactCredentials']
    return boto3.client('s3', endpoint_url=endpoint, aws_access_key_id=k['accessKeyId'],
        aws_secret_access_key=k['secretAccessKey'], aws_session_token=k['sessionToken'])
def place(artifact):
    at = artifact['location']['s3Location']
    return dict(Bucket=at['bucketName'], Key=at['objectKey'])
`

test('a worker in Python: ten pipelines, taken in batches', async () => {
  const bucket = subject.server.services.identity.bucket
  const pipelines = Array.from({ length: 10 }, (_, i) => workerPipeline(`shop-${i}`, subject.accountId, bucket))
  const printed = await python(`${worker}
for category in ['Source', 'Build']:
    c.create_custom_action_type(category=category, provider='Outside', version='v2',
        configurationProperties=[dict(name=n, required=False, key=False, secret=n == 'Token') for n in ['Token', 'Project']],
        inputArtifactDetails=dict(minimumCount=0, maximumCount=5), outputArtifactDetails=dict(minimumCount=0, maximumCount=5))
for p in json.loads(${JSON.stringify(JSON.stringify(pipelines))}): c.create_pipeline(pipeline=p)
done, largest = [], 0
while len(done) < 10:
    jobs = take('Source', 5)
    largest = max(largest, len(jobs))
    for job in jobs:
        assert c.acknowledge_job(jobId=job['id'], nonce=job['nonce'])['status'] == 'InProgress'
        store(job).put_object(Body=b'sources', **place(job['data']['outputArtifacts'][0]))
        c.put_job_success_result(jobId=job['id'], currentRevision=dict(revision='r', changeIdentifier='c'))
        done.append(job['data']['pipelineContext']['pipelineName'])
[build, *_] = take('Build', 1)
print(json.dumps(dict(done=sorted(done), atMostFive=largest <= 5,
    body=store(build).get_object(**place(build['data']['inputArtifacts'][0]))['Body'].read().decode())))`)
  expect(printed).toEqual({ done: pipelines.map(({ name }) => name).sort(), atMostFive: true, body: 'sources' })
}, 120_000)

test('a token of another list is refused by its name', async () => {
  const printed = await python(`
token = c.list_pipelines(maxResults=3)['nextToken']
try: c.list_pipeline_executions(pipelineName='shop-0', nextToken=token)
except c.exceptions.InvalidNextTokenException as e: print(json.dumps(e.response['Error']['Code']))`)
  expect(printed).toBe('InvalidNextTokenException')
})
