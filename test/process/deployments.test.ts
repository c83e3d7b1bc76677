/** Deployments at the command line, with a real server that is killed in between. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, startGitServer, type TestGitServer } from '@penstock/core/testkit'
import { cleanUp, penstock, type ServerProcess, serve, start, temporaryFolder, until } from './world.js'

jest.setTimeout(180_000) // real processes, on machines that are busy

let git: TestGitServer
let cwd: string
let server: ServerProcess
let port: number
const here = (...args: string[]) => penstock([...args, '--data', 'data'], { cwd })

const appspec = (destination: string) => `version: 0.0
os: linux
files:
  - source: site
    destination: ${destination}
hooks:
  ValidateService:
    - location: validate.sh
`
const pipeline = (url: string) => `pipeline:
  name: app
  pipelineType: V2
  stages:
    - name: Source
      actions:
        - name: Git
          actionTypeId: { category: Source, owner: Custom, provider: Git, version: '1' }
          configuration: { Url: ${url}/demo/app.git, Branch: main, PollForSourceChanges: 'false' }
          outputArtifacts: [{ name: App }]
    - name: Deploy
      actions:
        - name: Servers
          actionTypeId: { category: Deploy, owner: AWS, provider: CodeDeploy, version: '1' }
          inputArtifacts: [{ name: App }]
          configuration: { ApplicationName: app, DeploymentGroupName: production }
`

beforeAll(async () => {
  cwd = temporaryFolder()
  port = await freePort()
  git = await startGitServer()
  await git.createRepository('demo/app')
  await git.commit(
    'demo/app',
    {
      'appspec.yml': appspec(join(cwd, 'www')),
      'site/index.html': 'hello',
      // Waits as long as the file `hold` is there.
      'validate.sh': `#!/bin/sh\necho validating\nwhile [ -e ${join(cwd, 'hold')} ]; do sleep 0.1; done\necho validated\n`,
    },
    'First',
  )
  mkdirSync(join(cwd, 'www'))
  writeFileSync(
    join(cwd, 'penstock.yaml'),
    `dataDir: data
server: { port: ${port} }
plugins:
  codedeploy-ssh:
    applications:
      app: { groups: { production: { hosts: [local], root: ${join(cwd, 'root')} } } }
`,
  )
  server = await serve(cwd, ['--port', String(port)])
  writeFileSync(join(cwd, 'app.yaml'), pipeline(git.url))
})
afterAll(async () => {
  await cleanUp()
  await git?.stop()
})

test('a follower outlives a server that is killed; the deployment goes on, and is on record', async () => {
  writeFileSync(join(cwd, 'hold'), '')
  expect((await here('put', 'app.yaml')).status).toBe(0)
  const follower = start(['wait', 'app', '--logs', '--data', 'data'], { cwd })
  await until(async () => follower.out().includes('validating'))
  await server.end('SIGKILL')
  server = await serve(cwd, ['--port', String(port)])
  rmSync(join(cwd, 'hold'))
  await until(async () => follower.child.exitCode !== null)
  expect(follower.out()).toContain('validated')
  expect(follower.out()).toMatch(/Deploy\/Servers +Succeeded/)
  expect(follower.child.exitCode).toBe(0)
  expect(readFileSync(join(cwd, 'www/index.html'), 'utf8')).toBe('hello')
})

test('what was deployed where: deployments, deployment show, its log, hosts', async () => {
  const list = (await here('deployments')).out
  const [id = ''] = /d-[A-Z0-9]{9}/.exec(list) ?? []
  expect(list).toMatch(new RegExp(`${id} +app/production +Succeeded +1/1 .* app/Deploy/Servers`))
  const shown = (await here('deployment', 'show', id)).out
  expect(shown).toMatch(/Status +Succeeded/)
  expect(shown).toMatch(/local +Succeeded/)
  expect((await here('deployment', 'show', id, '--log', 'local')).out).toContain(
    'ValidateService validate.sh | validated',
  )
  expect((await here('hosts')).out).toMatch(new RegExp(`app/production +local +healthy +\\S+ +current +${id}`))
  expect(await here('deployment', 'show', 'd-NOTTHERE0')).toMatchObject({
    status: 1,
    err: expect.stringContaining('There is no deployment d-NOTTHERE0'),
  })
})

test('a deployment is repeated by hand', async () => {
  const [first = ''] = /d-[A-Z0-9]{9}/.exec((await here('deployments')).out) ?? []
  const again = await here('deployment', 'redeploy', first, '--wait')
  expect(again).toMatchObject({ status: 0, out: expect.stringMatching(/^d-[A-Z0-9]{9}\n$/) })
  expect(JSON.parse((await here('deployments', '--json')).out).deployments).toMatchObject([
    { status: 'Succeeded', creator: 'user', repeats: first },
    { deploymentId: first },
  ])
  expect(await here('deployment', 'retry', first)).toMatchObject({
    status: 1,
    err: expect.stringContaining(`no host of deployment ${first} failed`),
  })
})

test('applications, groups and hosts are put, listed, shown and removed', async () => {
  expect(await here('application', 'put', 'site')).toMatchObject({ status: 0, out: 'site is created\n' })
  expect((await here('host', 'put', 'web1', 'deploy@10.0.0.1:2222', '--tag', 'role=web')).err).toMatch(
    /host web1 is not kept: .*--force keeps it all the same/,
  )
  expect(await here('host', 'put', 'web1', 'deploy@10.0.0.1:2222', '--tag', 'role=web', '--force')).toMatchObject({
    out: 'web1 is created\n',
  })
  writeFileSync(join(cwd, 'group.yaml'), 'hosts: [local]\ndeploymentConfig: CodeDeployDefault.AllAtOnce\n')
  expect(await here('group', 'put', 'site/staging', 'group.yaml')).toMatchObject({ out: 'site/staging is created\n' })
  writeFileSync(join(cwd, 'bad.yaml'), 'hosts: [local]\ndeploymentConfig: Never\n')
  expect(await here('group', 'put', 'site/bad', 'bad.yaml')).toMatchObject({
    status: 1,
    err: expect.stringContaining('unknown deployment configuration "Never"'),
  })
  expect((await here('group', 'list')).out).toMatch(
    /app\/production +1 .* penstock\.yaml\n.*site\/staging +1 +CodeDeployDefault\.AllAtOnce +- /,
  )
  expect((await here('group', 'show', 'site/staging')).out).toContain('deploymentConfig: CodeDeployDefault.AllAtOnce')
  expect((await here('host', 'list')).out).toMatch(/web1 +deploy@10\.0\.0\.1:2222 +role=web +- /)
  // Without the server, too: doctor reads the database.
  expect((await here('doctor')).out).toContain('deployment groups: 2 of 2 are well')
  expect(await here('application', 'rm', 'site')).toMatchObject({ out: 'site and its groups are removed\n' })
})

test('an AppSpec file is checked before it is anywhere', async () => {
  const bundle = join(cwd, 'bundle')
  mkdirSync(bundle)
  writeFileSync(join(bundle, 'appspec.yml'), 'version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - location: a.sh\n')
  const good = await here('appspec', 'check', 'bundle', '--group', 'app/production')
  expect(good).toMatchObject({ status: 0, out: expect.stringMatching(/bundle\/appspec\.yml: valid\nOn local:\n/) })
  expect(good.out).toContain(
    'bundle/appspec.yml:5:17: warning: hooks.AfterInstall[0].location: "a.sh" is not a file of the bundle',
  )
  writeFileSync(join(bundle, 'appspec.yml'), 'version: 0.0\nos: windows\n')
  for (const command of [['appspec', 'check'], ['validate']])
    expect(await here(...command, 'bundle/appspec.yml')).toMatchObject({
      status: 1,
      out: expect.stringContaining('bundle/appspec.yml:2:5: '),
    })
  expect((await here('doctor')).out).toContain('deployment groups: 1 of 1 are well')
})
