/** A pipeline whose source and whose site lie in buckets of the server's own, by the unmodified aws command, with no cloud account. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from '../../plugins/aws-api/test/support/program.js'
import { environment } from '../aws/clients/client.js'
import { type ServerUnderTest, startServerUnderTest } from '../aws/support/server.js'

jest.setTimeout(180_000)

let server: ServerUnderTest
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-buckets-'))
  server = await startServerUnderTest()
})
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const command = programOf('/usr/bin/aws')
afterAll(() => command.stop())

async function aws(...args: string[]): Promise<string> {
  const all = [...args, '--endpoint-url', server.endpoint]
  const { status, out, err } = await command.run(all, { env: environment(server), cwd: folder })
  if (status !== 0) throw new Error(`aws ${args.join(' ')}: ${err}`)
  return out
}
const json = async (...args: string[]) => JSON.parse(await aws(...args))

async function upload(content: string): Promise<void> {
  const site = join(folder, 'site')
  mkdirSync(join(site, 'sub'), { recursive: true })
  writeFileSync(join(site, 'index.html'), content)
  writeFileSync(join(site, 'sub', 'page.css'), 'p{}')
  rmSync(join(folder, 'site.zip'), { force: true })
  execFileSync('zip', ['-qr', '../site.zip', '.'], { cwd: site })
  await aws('s3', 'cp', '--quiet', 'site.zip', 's3://uploads/site.zip')
}

const by = {
  name: 'test',
  arn: 'arn:aws:iam::000000000000:user/test',
  policies: ['AWSCodePipeline_FullAccess'] as const,
}

/** Polls, until so many executions have succeeded: the revisions that they ran with, the newest first. */
async function succeeded(count: number): Promise<string[]> {
  const { operations, sources } = server.server.services
  const deadline = Date.now() + 60_000
  for (;;) {
    // A new pipeline's source is known from the next beat on.
    await sources.poll('site', undefined, 'the test').catch(() => {})
    const { pipelineExecutionSummaries: found } = await operations.listPipelineExecutions(by, { pipelineName: 'site' })
    if (found.length >= count && found.every(({ status }) => status === 'Succeeded'))
      return found.map(({ sourceRevisions }) => sourceRevisions?.[0]?.revisionId ?? '')
    if (Date.now() > deadline) throw new Error(`not so within a minute: ${JSON.stringify(found)}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

test('each upload is a version, each version is deployed, and all of them stay', async () => {
  await aws('s3', 'mb', 's3://uploads')
  await aws('s3api', 'put-bucket-versioning', '--bucket', 'uploads', '--versioning-configuration', 'Status=Enabled')
  await aws('s3', 'mb', 's3://live')
  await upload('one')
  const type = (category: string) => ({ category, owner: 'AWS', provider: 'S3', version: '1' })
  const pipeline = {
    name: 'site',
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    artifactStore: { type: 'S3', location: server.server.services.identity.bucket },
    stages: [
      {
        name: 'Source',
        actions: [
          {
            name: 'Upload',
            actionTypeId: type('Source'),
            configuration: { S3Bucket: 'uploads', S3ObjectKey: 'site.zip' },
            outputArtifacts: [{ name: 'Site' }],
          },
        ],
      },
      {
        name: 'Deploy',
        actions: [
          {
            name: 'Bucket',
            actionTypeId: type('Deploy'),
            configuration: { BucketName: 'live', Extract: 'true', ObjectKey: 'www', CacheControl: 'max-age=60' },
            inputArtifacts: [{ name: 'Site' }],
          },
        ],
      },
    ],
  }
  writeFileSync(join(folder, 'pipeline.json'), JSON.stringify({ pipeline }))
  await aws('codepipeline', 'create-pipeline', '--cli-input-json', 'file://pipeline.json')
  const [first] = await succeeded(1)
  await upload('two')
  const revisions = await succeeded(2)
  expect(revisions[1]).toBe(first)

  const state = await json('codepipeline', 'get-pipeline-state', '--name', 'site')
  expect(state.stageStates[0].actionStates[0].latestExecution).toMatchObject({
    status: 'Succeeded',
    externalExecutionId: revisions[0],
    lastStatusChange: expect.anything(),
  })

  const { Versions } = await json('s3api', 'list-object-versions', '--bucket', 'uploads', '--prefix', 'site.zip')
  expect(Versions.map((version: { VersionId: string }) => version.VersionId)).toEqual(revisions)
  expect(Versions.map((version: { IsLatest: boolean }) => version.IsLatest)).toEqual([true, false])
  const [older] = revisions.slice(1)
  await aws('s3api', 'get-object', '--bucket', 'uploads', '--key', 'site.zip', '--version-id', older ?? '', 'older.zip')
  expect(execFileSync('unzip', ['-p', 'older.zip', 'index.html'], { cwd: folder, encoding: 'utf8' })).toBe('one')

  expect(await aws('s3', 'ls', '--recursive', 's3://live')).toMatch(/ 3 www\/index\.html\n.* 3 www\/sub\/page\.css\n$/)
  await aws('s3', 'cp', '--quiet', '--recursive', 's3://live/www', 'back')
  expect(readFileSync(join(folder, 'back', 'index.html'), 'utf8')).toBe('two')
  const head = await json('s3api', 'head-object', '--bucket', 'live', '--key', 'www/sub/page.css')
  expect(head).toMatchObject({ ContentType: expect.stringMatching(/^text\/css\b/), CacheControl: 'max-age=60' })
})
