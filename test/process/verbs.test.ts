/** The everyday verbs, against a real server: from its own machine without a key, and from elsewhere with one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestGitServer } from '@penstock/core/testkit'
import { samplePipeline, serveSample } from './sample-pipeline.js'
import { cleanUp, penstock, type ServerProcess, serve, start, temporaryFolder, until } from './world.js'

jest.setTimeout(120_000) // real processes, on machines that are busy

let git: TestGitServer
let cwd: string
let server: ServerProcess
const here = (...args: string[]) => penstock([...args, '--data', 'data'], { cwd })

beforeAll(async () => {
  git = await serveSample()
  cwd = temporaryFolder()
  server = await serve(cwd)
  writeFileSync(join(cwd, 'site.yaml'), samplePipeline(git.url))
})
afterAll(async () => {
  await cleanUp()
  await git?.stop()
})

const waits = () => until(async () => (await here('status', 'site')).out.includes('waits for an approval'))

test('a pipeline from a file to its end: put, list, status, approve, wait, executions, history, logs', async () => {
  expect((await here('list')).out).toContain('There is no pipeline yet')
  expect(await here('put', 'site.yaml')).toMatchObject({
    status: 0,
    out: 'site is created, version 1\n',
    err: expect.stringMatching(/^WARNING .*#\{variables\.Place\} becomes part of the shell's code[^\n]*\n$/),
  })
  await waits()
  expect(await here('approve', 'site', 'Lok')).toMatchObject({
    status: 1,
    err: expect.stringContaining('Approve/Look'),
  })
  expect(await here('approve', 'site', '--comment', 'looks well')).toMatchObject({ status: 0, err: '' })
  expect(await here('approve', 'site')).toMatchObject({
    status: 1,
    err: expect.stringContaining('nothing of site waits'),
  })
  const waited = await here('wait', 'site')
  expect(waited).toMatchObject({ status: 0, out: expect.stringContaining('Ship/Shell  Succeeded') })

  const listed = (await here('list')).out
  expect(listed).toMatch(/site +Succeeded .*First .*revision 世界/)
  expect(listed).not.toContain('\u001b') // neither colours, for this is no terminal, nor what a commit's author wrote
  const [execution] = JSON.parse((await here('executions', 'site', '--json')).out) as { pipelineExecutionId: string }[]
  const id = execution?.pipelineExecutionId ?? ''
  expect(
    (await here('history', 'site', id.slice(-8))).out.split('\n').filter((line) => /Succeeded/.test(line)),
  ).toHaveLength(4)
  expect((await here('logs', 'site')).out).toContain('shipping to here')
  expect((await here('logs', 'site', 'Build/Rake')).out).toContain('index.html.haml -> index.html')
})

test('start --logs follows with variables, stops at a disabled transition, and ends by the result', async () => {
  await here('disable', 'site', 'Ship', '--reason', 'not on Fridays')
  const started = await here('start', 'site', '--variable', 'Place=there')
  expect(started).toMatchObject({ status: 0, out: expect.stringMatching(/^[0-9a-f-]{36}\n$/) })
  await waits()
  await here('approve', 'site')
  const following = start(['wait', 'site', '--logs', '--data', 'data'], { cwd })
  await until(() => following.out().includes('waits before Ship: its transition is disabled'))
  expect((await here('status', 'site')).out).toMatch(/x disabled by .*: not on Fridays\n.*waits\n.*Ship/s)
  expect(await here('enable', 'site', 'Ship')).toMatchObject({ status: 0 })
  await until(() => following.out().includes('Shell | shipping to there'))
  await until(() => following.child.exitCode !== null)
  expect(following.child.exitCode).toBe(0)
})

test('reject, and stop: what does not succeed ends with status 1', async () => {
  const rejected = here('start', 'site', '--wait', '--json')
  await waits()
  await here('reject', 'site', '--comment', 'no')
  const { status, out, err } = await rejected
  expect({ status, execution: JSON.parse(out) }).toMatchObject({ status: 1, execution: { status: 'Failed' } })
  expect(err).toContain('Approve/Look  Failed')
  await here('start', 'site')
  await waits()
  expect(await here('stop', 'site', '--abandon', '--wait')).toMatchObject({
    status: 0,
    out: expect.stringContaining('Stopped'),
  })
  expect(await here('stop', 'site')).toMatchObject({
    status: 1,
    err: expect.stringContaining('no execution of site is running'),
  })
})

test('retry takes the stage that failed', async () => {
  expect((await here('retry', 'site')).out).toContain('Approve of ')
  await waits()
  await here('approve', 'site')
  expect(await here('wait', 'site')).toMatchObject({ status: 0 })
})

test('get prints what put takes: what says nothing new changes nothing, and all else is a new version', async () => {
  const yaml = (await here('get', 'site')).out
  writeFileSync(join(cwd, 'got.yaml'), yaml)
  expect(await here('validate', 'got.yaml')).toMatchObject({ status: 0, out: 'got.yaml: valid\n' })
  for (const file of ['got.yaml', 'site.yaml'])
    expect(await here('put', file)).toMatchObject({ out: 'site is unchanged, version 1\n' })
  writeFileSync(join(cwd, 'got.yaml'), yaml.replace('echo shipping', 'echo SHIPPING'))
  expect(await here('put', 'got.yaml')).toMatchObject({ out: 'site is updated, version 2\n' })
  const { pipeline } = JSON.parse((await here('get', 'site', '--format', 'json')).out) as {
    pipeline: { version: number }
  }
  expect(pipeline.version).toBe(2)
})

test('from elsewhere: with a key of the environment or a profile, and refused without or with a wrong one', async () => {
  const { accessKeyId, secretAccessKey } = JSON.parse(
    (await here('access-key', 'create', '--user', 'ann', '--policy', 'AWSCodePipeline_ReadOnlyAccess', '--json')).out,
  ) as { accessKeyId: string; secretAccessKey: string }
  const far = (args: string[], env: Record<string, string>) =>
    penstock([...args, '--endpoint', server.address], { cwd: temporaryFolder(), env: { HOME: cwd, ...env } })
  const key = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  expect(await far(['list', '--names'], key)).toMatchObject({ status: 0, out: 'site\n' })
  expect((await far(['logs', 'site', 'Rake'], key)).out).toContain('$ rake')
  expect(await far(['start', 'site'], key)).toMatchObject({
    status: 1,
    err: expect.stringContaining('AccessDeniedException'),
  })
  const wrong = await far(['list'], { ...key, AWS_SECRET_ACCESS_KEY: 'wrong' })
  expect(wrong).toMatchObject({ status: 1, err: expect.stringContaining('--region') })
  expect(await far(['list'], {})).toMatchObject({ status: 1, err: expect.stringContaining('an access key is missing') })
  const files = { AWS_SHARED_CREDENTIALS_FILE: join(cwd, 'credentials') }
  writeFileSync(
    files.AWS_SHARED_CREDENTIALS_FILE,
    `[ann]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  )
  expect(await far(['url', 'site', '--profile', 'ann'], files)).toMatchObject({
    out: `${server.address}/pipelines/site\n`,
  })
  expect(await far(['list', '--profile', 'an'], files)).toMatchObject({
    status: 1,
    err: expect.stringContaining("did you mean 'ann'"),
  })
})

test('delete wants its name, or --yes where nobody can be asked; a name that is none is said so', async () => {
  expect(await here('delete', 'site')).toMatchObject({ status: 2, err: expect.stringContaining('--yes') })
  expect(await here('delete', 'siet', '--yes')).toMatchObject({
    status: 1,
    err: expect.stringContaining("did you mean 'site'"),
  })
  expect(await here('delete', 'site', '--yes')).toMatchObject({ status: 0, out: 'site is deleted\n' })
  expect((await here('list', '--names')).out).toBe('')
})

test('what is asked wrongly ends with status 2, and names what would be right', async () => {
  expect(await here('satrt', 'site')).toMatchObject({ status: 2, err: expect.stringContaining('Did you mean start?') })
  expect(await here('start')).toMatchObject({
    status: 2,
    err: expect.stringContaining("missing required argument 'pipeline'"),
  })
  expect(await here('start', 'site', '--variable', 'x')).toMatchObject({
    status: 2,
    err: expect.stringContaining('NAME=VALUE'),
  })
  expect(await here('list', '--output', 'xml')).toMatchObject({ status: 2, err: expect.stringContaining('text, json') })
  expect(await here('executions', 'site', '--limit', '0')).toMatchObject({
    status: 2,
    err: expect.stringContaining('from 1 to'),
  })
  expect(await penstock(['list', '--data', 'nowhere'], { cwd })).toMatchObject({
    status: 1,
    err: expect.stringContaining('no server runs on'),
  })
})
