/**
 * The sample of AWS's course on CodePipeline with Jenkins, unmodified, from a commit to a page: fetched from a real git server, built
 * by rake with the gem that it is written for, deployed over SSH. SAMPLE_REPO is where git clones it from; GEM_SOURCE is a gem
 * source with haml 5, rubygems' own unless given. It deploys to /var/www/html of this machine, so it wants root, and none of its own.
 */
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ActionDeclaration, PipelineDeclaration } from '@penstock/core'
import { startServer } from '@penstock/core/server'
import { startGitServer, startSshd } from '@penstock/core/testkit'

jest.setTimeout(600_000)

const run = promisify(execFile)
const { SAMPLE_REPO, GEM_SOURCE } = process.env
const only = SAMPLE_REPO === undefined ? test.skip : test
const page = '/var/www/html/index.html'
const by = {
  name: 'test',
  arn: 'arn:aws:iam::000000000000:user/test',
  policies: ['AWSCodePipeline_FullAccess'] as const,
}
const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends.reverse()) await end()
})

function folderFor(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `penstock-${name}-`))
  chmodSync(folder, 0o755)
  ends.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What Amazon Linux has and this machine has not: each says what it was asked for. */
function standIns(): { readonly path: string; readonly said: () => string } {
  const folder = folderFor('stand-ins')
  const said = join(folder, 'said')
  for (const name of ['yum', 'service']) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >>${said}\n`, { mode: 0o755 })
  }
  return { path: folder, said: () => readFileSync(said, 'utf8') }
}

async function servedSample(): Promise<string> {
  const git = await startGitServer()
  ends.push(() => git.stop())
  const url = await git.createRepository('course/sample')
  const clone = join(folderFor('clone'), 'sample')
  // The git server is in this process: nothing here may wait for git without letting it answer.
  await run('git', ['clone', '--quiet', SAMPLE_REPO ?? '', clone])
  await run('git', ['-C', clone, 'push', '--quiet', url, 'HEAD:refs/heads/master'])
  return url
}

type TypeId = ActionDeclaration['actionTypeId']
const type = (category: TypeId['category'], owner: TypeId['owner'], provider: string) => ({
  category,
  owner,
  provider,
  version: '1',
})

async function pipelineOf(url: string, bucket: string) {
  const { path, said } = standIns()
  const host = await startSshd({ user: 'root', settings: [`SetEnv PATH=${path}:/usr/bin:/bin:/usr/sbin:/sbin`] })
  ends.push(() => host.stop())
  const target = {
    ApplicationName: 'sample',
    DeploymentGroupName: 'production',
    Hosts: `${host.user}@${host.host}:${host.port}`,
    IdentityFile: host.privateKeyFile,
    KnownHosts: host.knownHostsFile,
    FileExistsBehavior: 'OVERWRITE',
    DeploymentRoot: join(folderFor('deployments'), 'root'),
  }
  const rake = { Gems: '{"haml":"~> 5"}', ...(GEM_SOURCE === undefined ? {} : { GemSource: GEM_SOURCE }) }
  const stage = (name: string, action: Omit<ActionDeclaration, 'name'>) => ({ name, actions: [{ name, ...action }] })
  const pipeline: PipelineDeclaration = {
    name: 'course',
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    artifactStore: { type: 'S3', location: bucket },
    stages: [
      stage('Source', {
        actionTypeId: type('Source', 'Custom', 'Git'),
        configuration: { Url: url, Branch: 'master' },
        outputArtifacts: [{ name: 'MyApp' }],
      }),
      stage('Build', {
        actionTypeId: type('Build', 'Custom', 'Rake'),
        configuration: rake,
        inputArtifacts: [{ name: 'MyApp' }],
        outputArtifacts: [{ name: 'MyBuiltApp' }],
      }),
      stage('Deploy', {
        actionTypeId: type('Deploy', 'AWS', 'CodeDeploy'),
        configuration: target,
        inputArtifacts: [{ name: 'MyBuiltApp' }],
      }),
    ],
  }
  return { pipeline, said }
}

only("the course's sample goes from its commit to a page on a server", async () => {
  expect(existsSync(page)).toBe(false)
  mkdirSync('/var/www/html', { recursive: true })
  ends.push(() => rmSync(page, { force: true }))
  const url = await servedSample()
  const dataDir = folderFor('sample')
  const server = await startServer({ dataDir, cwd: dataDir, port: 0, env: {}, writeLog: () => {} })
  ends.push(() => server.stop())
  const { operations, identity } = server.services
  const { pipeline, said } = await pipelineOf(url, identity.bucket)
  await operations.createPipeline(by, { pipeline })
  const actions = async () =>
    (await operations.listActionExecutions(by, { pipelineName: 'course' })).actionExecutionDetails
  const isOver = async () => {
    const [execution] = (await operations.listPipelineExecutions(by, { pipelineName: 'course' }))
      .pipelineExecutionSummaries
    return execution !== undefined && execution.status !== 'InProgress'
  }
  for (const deadline = Date.now() + 500_000; !(await isOver()) && Date.now() < deadline; )
    await new Promise((resolve) => setTimeout(resolve, 500))
  const found = (await actions()).map(({ actionName, status, output }) => [
    actionName,
    status,
    output?.executionResult?.errorDetails,
  ])
  expect(found.reverse()).toEqual(['Source', 'Build', 'Deploy'].map((name) => [name, 'Succeeded', undefined]))
  expect(readFileSync(page, 'utf8')).toContain('<html')
  expect(said()).toBe('yum install -y httpd\nservice httpd start\n')
})
