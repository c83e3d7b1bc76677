import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreatePipelineCommand, type PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { freePort, startGitServer, startSshd, type TestGitServer, type TestSshd } from '@penstock/core/testkit'
import { type Fleet, startFleet, takeBackSudo, withoutFleet } from './fleet.js'
import { deployingPipeline, releasePipeline, type Target } from './pipelines.js'
import { type Site, sampleFiles } from './sample.js'
import { type Penstock, startPenstock } from './server.js'

/** Everything that the demo starts. */
export interface World {
  readonly penstock: Penstock
  readonly git: TestGitServer
  /** Name, repository and page of the pipeline that deploys, and of the one with all six categories. */
  readonly deploying: Target
  readonly release: Target
  /** Hosts with clouds' stock logins; absent where nobody may make them. */
  readonly fleet: Fleet | undefined
  /** Ends all of it, what the deployments started too, and deletes its files. May be called twice. */
  stop(): Promise<void>
}

const bucket = 'codepipeline-demo'
/** In a run's folder: the folders of its sites, one a line. */
const sitesFile = 'sites'
const demoFolder = join(__dirname, '..', '..', '..', '.demo')

/** Starts the servers, puts the sample into two repositories and makes the pipelines. Errors: what did not start; nothing stays then. */
export async function startWorld(say: (line: string) => void): Promise<World> {
  const stops: (() => unknown)[] = []
  let stopping: Promise<void> | undefined
  const stop = () => {
    stopping ??= stopAll(stops)
    return stopping
  }
  try {
    await removeAbandoned()
    const folder = join(demoFolder, `run-${process.pid}`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    stops.push(() => rmSync(folder, { recursive: true, force: true }))
    say('Starting a git server and an SSH server')
    const git = await startGitServer()
    stops.push(() => git.stop())
    const sshd = await startSshd()
    stops.push(() => sshd.stop())
    const deploying = await makeTarget('site', { folder, git, sshd, stops })
    const release = await makeTarget('release', { folder, git, sshd, stops })
    const missing = withoutFleet()
    if (missing !== undefined) say(`Without the hosts with the logins of Amazon Linux, Ubuntu and Debian: ${missing}`)
    const fleet = missing === undefined ? await startFleet(git, bucket, stops) : undefined
    say('Starting Penstock')
    const penstock = await startPenstock(folder, bucket)
    stops.push(() => penstock.stop())
    for (const pipeline of [deployingPipeline(deploying), releasePipeline(release)]) await create(penstock, pipeline)
    await fleet?.declare((words) => penstock.command(words))
    if (fleet !== undefined) await create(penstock, fleet.pipeline)
    return { penstock, git, deploying, release, fleet, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Last started, first stopped; one that fails does not keep the others from being stopped. */
async function stopAll(stops: (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const stop of stops.reverse()) {
    try {
      await stop()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `not everything could be stopped: ${failures.join('; ')}`)
}

async function create(penstock: Penstock, pipeline: PipelineDeclaration): Promise<void> {
  await penstock.client.send(new CreatePipelineCommand({ pipeline }))
}

interface Parts {
  readonly folder: string
  readonly git: TestGitServer
  readonly sshd: TestSshd
  readonly stops: (() => unknown)[]
}

async function makeTarget(name: string, { folder, git, sshd, stops }: Parts): Promise<Target> {
  // In a temporary folder and not in .demo: the account that deploys may be another one, and must get there.
  const base = mkdtempSync(join(tmpdir(), `penstock-demo-${name}-`))
  appendFileSync(join(folder, sitesFile), `${base}\n`)
  if (process.getuid?.() === 0) chownSync(base, sshd.account.uid, sshd.account.gid)
  stops.push(() => removeSite(base))
  const port = await freePort()
  const site: Site = { base, port, url: `http://127.0.0.1:${port}/` }
  const repositoryUrl = await git.createRepository(`demo/${name}`)
  await git.commit(`demo/${name}`, sampleFiles(site), 'Add the sample application')
  return { name, repositoryUrl, site, sshd, bucket }
}

/** Ends the web server that a deployment's hook left running, as the sample's own ApplicationStop would, and deletes the site. */
async function removeSite(base: string): Promise<void> {
  const file = join(base, 'server.pid')
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  const isOurs = () => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(base)
  for (const deadline = Date.now() + 10_000; pid > 1 && isOurs(); ) {
    process.kill(pid, Date.now() < deadline ? 'SIGTERM' : 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  rmSync(base, { recursive: true, force: true })
}

/** Ends and deletes what runs left that were killed; each run's folder is named by its process. */
async function removeAbandoned(): Promise<void> {
  mkdirSync(demoFolder, { recursive: true })
  takeBackSudo()
  writeFileSync(join(demoFolder, '.gitignore'), '*\n')
  for (const name of readdirSync(demoFolder)) {
    const pid = /^run-(\d+)$/.exec(name)?.[1]
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue
    const folder = join(demoFolder, name)
    const sites = existsSync(join(folder, sitesFile)) ? readFileSync(join(folder, sitesFile), 'utf8') : ''
    for (const base of sites.split('\n').filter(Boolean)) await removeSite(base)
    rmSync(folder, { recursive: true, force: true })
  }
}
