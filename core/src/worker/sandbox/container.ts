import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { WorkFolder } from '../workspace.js'
import { makeFolders, ownFolders } from './bubblewrap.js'
import { type BuildUser, buildUser, sandboxHome } from './build-user.js'
import type { Enclosure, EnclosureMaker } from './enclosure.js'
import { give } from './give.js'
import type { StepIsolation } from './isolation.js'
import { ownLimit } from './ulimits.js'

const run = promisify(execFile)

/** Which programs make containers, by preference. */
export const containerEngines = ['podman', 'docker'] as const
export type ContainerEngine = (typeof containerEngines)[number]

/** Makes containers with podman, or with docker where there is no podman. */
export class ContainerMaker implements EnclosureMaker {
  #engine: ContainerEngine | undefined

  constructor(readonly user: BuildUser | undefined = buildUser()) {}

  async problem(): Promise<string | undefined> {
    for (const engine of containerEngines) {
      if (!(await answers(engine))) continue
      this.#engine = engine
      return undefined
    }
    return "builds cannot be run in containers on this machine: neither podman nor docker answers the server's user; install podman (apt-get install podman), or let worker.isolation be sandbox"
  }

  async enclose(folder: WorkFolder, isolation: StepIsolation): Promise<Enclosure> {
    const engine = this.#engine ?? 'podman'
    makeFolders(folder, isolation)
    const { files, temporary, home } = folder
    const { cache, readOnly } = isolation
    if (this.user !== undefined) {
      await give(files, this.user, true)
      for (const path of [temporary, home, ...(cache === undefined ? [] : [cache]), ...ownFolders(folder)])
        await give(path, this.user, false)
    }
    const container = containerName(folder.root)
    const mounts = [
      mount(temporary, '/tmp'),
      mount(home, sandboxHome),
      ...(cache === undefined ? [] : [mount(cache, `${sandboxHome}/.cache`)]),
      ...[...readOnly, ...(existsSync(folder.secrets) ? [folder.secrets] : [])].map((path) => mount(path, path, 'ro')),
      ...[...isolation.writable, ...ownFolders(folder)].map((path) => mount(path, path)),
    ]
    return {
      command: [
        ...['env', '-u', 'PENSTOCK_STEP', engine, 'run', '--rm', '--interactive', '--name', container],
        ...['--log-driver', 'none', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
        ...(isolation.network ? [] : ['--network', 'none']),
        ...limitOptions(isolation),
        ...this.#identity(engine),
        ...mounts.flatMap((each) => ['--volume', each]),
        ...['--workdir', '/', '--entrypoint', '', isolation.image ?? ''],
      ],
      env: { PATH: usualPath, HOME: sandboxHome, USER: 'build', TMPDIR: '/tmp' },
      container: `${engine} ${container}`,
    }
  }

  /** Who the build is in the container: somebody who may write its folders, and is not root outside. */
  #identity(engine: ContainerEngine): readonly string[] {
    if (this.user !== undefined) return ['--user', `${this.user.uid}:${this.user.gid}`]
    const ids = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
    return engine === 'podman' ? ['--userns', 'keep-id', '--user', ids] : ['--user', ids]
  }
}

/** An image has its programs where images have them: what the server's PATH names is not there. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Ends the container of a step, if it is still there. Never rejects. */
export async function removeContainer(name: string): Promise<void> {
  const [engine = 'podman', container = ''] = name.split(' ')
  await run(engine, ['rm', '--force', container], { timeout: 30_000 }).catch(() => undefined)
}

function containerName(root: string): string {
  return `penstock-${createHash('sha256').update(`${root} ${process.hrtime.bigint()}`).digest('hex').slice(0, 16)}`
}

function mount(source: string, target: string, mode = 'rw'): string {
  return `${source}:${target}:${mode}`
}

function limitOptions({ limits: { memory, processes, openFiles, cpuSeconds } }: StepIsolation): readonly string[] {
  const files = Math.min(openFiles ?? Number.POSITIVE_INFINITY, ownLimit('Max open files'))
  return [
    ...(memory === undefined ? [] : ['--memory', String(memory)]),
    ...(processes === undefined ? [] : ['--pids-limit', String(processes)]),
    ...(cpuSeconds === undefined ? [] : ['--ulimit', `cpu=${cpuSeconds}:${cpuSeconds + 5}`]),
    // Engines raise both otherwise, which root may not everywhere.
    ...ulimitOption('nofile', files),
    ...ulimitOption('nproc', Math.min(mostProcesses, ownLimit('Max processes'))),
  ]
}

/** Of all containers of the builds' user together; --pids-limit is for one. */
const mostProcesses = 16_384

function ulimitOption(name: string, most: number): readonly string[] {
  return Number.isFinite(most) ? ['--ulimit', `${name}=${most}:${most}`] : []
}

async function answers(engine: ContainerEngine): Promise<boolean> {
  return run(engine, ['info', '--format', 'json'], { timeout: 20_000 }).then(
    () => true,
    () => false,
  )
}
