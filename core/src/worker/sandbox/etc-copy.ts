import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { BuildUser } from './build-user.js'
import { etcNames } from './machine-view.js'
import { groupText, passwdText } from './names.js'

/** Files that change while the machine runs, certificates that an operator adds, and the folders with hundreds of files. */
const live = ['resolv.conf', 'hosts', 'ssl/certs', 'alternatives', 'fonts']

/** What is mounted itself, where it is there. A link stays one, but for those of names, which lead into /run. */
export function liveInEtc(): readonly string[] {
  return live.filter((name) => {
    const found = lstatSync(join('/etc', name), { throwIfNoEntry: false })
    return found !== undefined && (found.isDirectory() || isFile(name))
  })
}

function isFile(name: string): boolean {
  return statSync(join('/etc', name), { throwIfNoEntry: false })?.isFile() ?? false
}

/**
 * A copy of what a build sees of /etc, with names for its own user: mounting some fifty files one by one takes longer than
 * everything else of a sandbox together. Named after what it was made of, so that one that a running build sees stays as it is.
 */
export function copyEtc(dataFolder: string, user: BuildUser): string {
  const mounted = liveInEtc().map((name) => join('/etc', name))
  const paths = etcNames.map((name) => join('/etc', name)).filter((path) => existsSync(path))
  const folder = join(dataFolder, 'sandbox', `etc-${signature(paths, user)}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true, mode: 0o755 })
  copy(
    paths.flatMap((path) => without([...mounted, '/etc/ssl/private'], path)),
    draft,
  )
  const etc = join(draft, 'etc')
  makePlaces(draft, mounted)
  writeFileSync(join(etc, 'passwd'), passwdText(user), { mode: 0o644 })
  writeFileSync(join(etc, 'group'), groupText(user), { mode: 0o644 })
  // Whatever the server's umask is.
  for (const path of [draft, etc, ...mounted.map((each) => dirname(join(draft, each)))]) chmodSync(path, 0o755)
  for (const name of ['passwd', 'group', ...liveInEtc().filter(isFile)]) chmodSync(join(etc, name), 0o644)
  renameSync(draft, folder)
  return folder
}

/** The path, or what is in it where some of that is left out. */
function without(left: readonly string[], path: string): string[] {
  if (left.includes(path)) return []
  if (!left.some((one) => one.startsWith(`${path}/`)) || !lstatSync(path).isDirectory()) return [path]
  return readdirSync(path).flatMap((name) => without(left, join(path, name)))
}

/** What an operator opens below /etc needs a place to be mounted at, in the copy. `copy`: what copyEtc answered. */
export function makePlaces(copy: string, opened: readonly string[]): void {
  for (const path of opened.filter((each) => each.startsWith('/etc/') && existsSync(each))) {
    const place = join(copy, path)
    if (existsSync(place)) continue
    mkdirSync(dirname(place), { recursive: true, mode: 0o755 })
    if (statSync(path).isDirectory()) mkdirSync(place, { mode: 0o755 })
    else writeFileSync(place, '', { mode: 0o644 })
  }
}

/** Modes, owners and links as they are; what the server's user may not read is left out. */
function copy(paths: readonly string[], target: string): void {
  mkdirSync(join(target, 'etc'), { mode: 0o755 })
  try {
    execFileSync('cp', ['-a', '--parents', ...paths, target], { stdio: 'ignore', timeout: 60_000 })
  } catch {
    // Some of it could not be read.
  }
}

function signature(paths: readonly string[], { uid, gid }: BuildUser): string {
  const parts = paths.map((path) => `${path} ${lstatSync(path).mtimeMs} ${statSync(path).mtimeMs}`)
  return createHash('sha256')
    .update(`${uid} ${gid} ${parts.join('\n')}`)
    .digest('hex')
    .slice(0, 16)
}
