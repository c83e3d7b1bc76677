/** `penstock run`: one pipeline file in one process, on the sample application and real rake. */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '../support/processes.js'
import { sample, samplePipeline } from './sample-pipeline.js'
import { cleanUp, penstock, start, temporaryFolder, until } from './world.js'

jest.setTimeout(120_000) // real processes, on machines that are busy

afterEach(cleanUp)

/** A folder with a pipeline file whose git server is not there, and a working copy with a change that is not committed. */
function workplace(ship?: string): string {
  const cwd = temporaryFolder()
  writeFileSync(join(cwd, 'site.yaml'), samplePipeline('http://127.0.0.1:9', ship))
  cpSync(sample, join(cwd, 'site'), { recursive: true })
  const git = (...args: string[]) => execFileSync('git', ['-C', join(cwd, 'site'), ...args], { stdio: 'ignore' })
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('-c', 'user.email=a@example.com', '-c', 'user.name=A', 'commit', '-qm', 'First')
  writeFileSync(join(cwd, 'site/.gitignore'), '*.secret\n')
  writeFileSync(join(cwd, 'site/note.txt'), 'not committed')
  writeFileSync(join(cwd, 'site/my.secret'), 'ignored')
  mkdirSync(join(cwd, 'tmp'))
  return cwd
}

test('the working copy goes through real rake, and nothing stays behind', async () => {
  const cwd = workplace('cat note.txt; ls; echo of #{variables.Place}')
  const flags = ['--source', 'Git=site', '--approve', '--variable', 'Place=mine']
  const { status, out, err } = await penstock(['run', 'site.yaml', ...flags], {
    cwd,
    env: { TMPDIR: join(cwd, 'tmp') },
  })
  expect({ status, err }).toEqual({ status: 0, err: '' })
  expect(out).toContain('Rake | src/index.html.haml -> index.html')
  expect(out).toContain('Shell | not committed')
  expect(out).toContain('Shell | of mine')
  expect(out).not.toContain('my.secret')
  expect(readdirSync(join(cwd, 'tmp'))).toEqual([])
})

test('penstock init writes for a repository what penstock run proves at once', async () => {
  const cwd = join(workplace(), 'site')
  execFileSync('git', ['-C', cwd, 'remote', 'add', 'origin', 'https://git.example.com/acme/page.git'])
  const { status, out } = await penstock(['init', '--hosts', 'local', '--approval'], { cwd })
  expect({ status, out }).toMatchObject({
    status: 0,
    out: expect.stringContaining('penstock run pipeline.yaml --source .'),
  })
  const ran = await penstock(['run', 'pipeline.yaml', '--source', '.'], { cwd })
  expect(ran).toMatchObject({ status: 0, out: expect.stringContaining('Build | src/index.html.haml -> index.html') })
  expect(await penstock(['init'], { cwd })).toMatchObject({ status: 1, err: expect.stringContaining('--force') })
})

test('a command that fails is the exit status; --keep keeps the logs', async () => {
  const cwd = workplace('exit 3')
  const { status, out } = await penstock(['run', 'site.yaml', '--source', 'site', '--approve', '--keep', 'kept'], {
    cwd,
  })
  expect(status).toBe(1)
  expect(out).toMatch(/Ship\/Shell {2}Failed .*3/)
  expect(existsSync(join(cwd, 'kept/logs'))).toBe(true)
  expect(await penstock(['run', 'site.yaml', '--keep', 'kept', '--approve'], { cwd })).toMatchObject({
    status: 2,
    err: expect.stringContaining('is not empty'),
  })
})

test('Ctrl-C ends the execution and what it started, also what left its session', async () => {
  // Told by their command lines: in its sandbox a build knows pids of its own only.
  const seconds = 5_000 + (process.pid % 5_000)
  const started = [`sleep ${seconds}.1`, `sleep ${seconds}.2`]
  const cwd = workplace(`(setsid ${started[0]} &); ${started[1]}`)
  const child = start(['run', 'site.yaml', '--source', 'site', '--approve'], { cwd })
  await until(() => started.every(isRunning))
  expect(await child.end('SIGINT')).toBe(130)
  expect(child.out()).toContain('Ship/Shell  Abandoned')
  await until(() => !started.some(isRunning))
})

const deploy = `    - name: Out
      actions:
        - name: Deploy
          actionTypeId: { category: Deploy, owner: AWS, provider: CodeDeploy, version: '1' }
          inputArtifacts: [{ name: Site }]
          configuration: { ApplicationName: a, DeploymentGroupName: g, Hosts: nobody@127.0.0.1 }
`

test('it deploys only when it is asked to: --dry-run says what would run', async () => {
  const cwd = workplace()
  writeFileSync(join(cwd, 'site.yaml'), `${samplePipeline('http://127.0.0.1:9')}${deploy}`)
  const plan = async (...flags: string[]) => {
    const { status, out, err } = await penstock(['run', 'site.yaml', '--dry-run', '--source', 'site', ...flags], {
      cwd,
    })
    return { status, err, deploys: out.split('\n').find((line) => line.startsWith('Out')) }
  }
  expect(await plan()).toMatchObject({ status: 0, deploys: expect.stringContaining('left out: deploys: --deploy') })
  expect(await plan('--deploy')).toMatchObject({ deploys: expect.stringMatching(/CodeDeploy +deploys$/) })
  expect(await plan('--stage', 'Build')).toMatchObject({ deploys: expect.stringContaining('not among --stage') })
  expect(await plan('--stage', 'Out')).toMatchObject({ status: 1, err: expect.stringContaining('Site') })
  expect(await plan('--stage', 'Biuld')).toMatchObject({
    status: 2,
    err: expect.stringContaining("did you mean 'Build'"),
  })
})

test('where nobody can be asked, an approval is refused before anything runs', async () => {
  const { status, err } = await penstock(['run', 'site.yaml', '--source', 'site'], { cwd: workplace() })
  expect(status).toBe(2)
  expect(err).toContain('Approve/Look asks for an approval')
})
