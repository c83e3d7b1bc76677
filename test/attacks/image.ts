/** A container image of this machine's own busybox, where podman can make and run one: nothing is fetched. */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const name = 'localhost/penstock-attacks:1'
const programs = 'sh cat ls grep head tail env sleep setsid touch kill test tr id find printf'.split(' ')

/** Its name, or `undefined` where podman cannot run it. */
export function containerImage(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-image-'))
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const root = join(folder, 'root')
    for (const path of ['bin', 'tmp', 'home', 'etc']) mkdirSync(join(root, path), { recursive: true })
    cpSync('/bin/busybox', join(root, 'bin/busybox'), { dereference: true })
    for (const program of programs) symlinkSync('busybox', join(root, 'bin', program))
    for (const library of libraries(run)) {
      mkdirSync(join(root, dirname(library)), { recursive: true })
      cpSync(library, join(root, library), { dereference: true })
    }
    run('tar', '-C', root, '-cf', join(folder, 'image.tar'), '.')
    run('podman', 'import', join(folder, 'image.tar'), name)
    if (runs()) return name
    // crun refuses a machine that mounts cgroups of both versions, as some test machines do: podman is shown the first only.
    process.env.PATH = `${withoutVersion2()}:${process.env.PATH}`
    return runs() ? name : undefined
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function runs(): boolean {
  const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024']
  const options = ['run', '--rm', '--log-driver', 'none', '--network', 'none', ...limits]
  return (
    spawnSync('podman', [...options, name, '/bin/sh', '-c', 'true'], { timeout: 60_000, env: process.env }).status === 0
  )
}

/** A folder with a podman that sees no cgroups of version 2. */
function withoutVersion2(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-podman-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const command = 'umount /sys/fs/cgroup/unified; exec /usr/bin/podman "$@"'
  writeFileSync(join(folder, 'podman'), `#!/bin/sh\nexec unshare -m sh -c '${command}' podman "$@"\n`, { mode: 0o755 })
  return folder
}

function libraries(run: (program: string, ...args: string[]) => string): readonly string[] {
  try {
    return run('ldd', '/bin/busybox').match(/\/lib\S*/g) ?? []
  } catch {
    return [] // it is static
  }
}
