import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { BuildUser } from './build-user.js'
import { etcNames } from './machine-view.js'
import { groupText, passwdText } from './names.js'

/** What changes while the machine runs is mounted itself. */
export const liveInEtc = ['resolv.conf', 'hosts']

/**
 * A copy of what a build sees of /etc, with names for its own user: mounting some fifty files one by one takes longer than
 * everything else of a sandbox together. Named after what it was made of, so that one that a running build sees stays as it is.
 */
export function copyEtc(dataFolder: string, user: BuildUser): string {
  const paths = etcNames.map((name) => join('/etc', name)).filter((path) => existsSync(path))
  const folder = join(dataFolder, 'sandbox', `etc-${signature(paths, user)}`)
  if (existsSync(folder)) return folder
  const draft = `${folder}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { recursive: true, mode: 0o755 })
  copy(paths, draft)
  const etc = join(draft, 'etc')
  rmSync(join(etc, 'ssl', 'private'), { recursive: true, force: true })
  for (const name of liveInEtc) {
    rmSync(join(etc, name), { force: true })
    writeFileSync(join(etc, name), '', { mode: 0o644 })
  }
  writeFileSync(join(etc, 'passwd'), passwdText(user), { mode: 0o644 })
  writeFileSync(join(etc, 'group'), groupText(user), { mode: 0o644 })
  execFileSync('chmod', ['0755', draft, etc])
  execFileSync('chmod', ['0644', ...['passwd', 'group', ...liveInEtc].map((name) => join(etc, name))])
  renameSync(draft, folder)
  return folder
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
