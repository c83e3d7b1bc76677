/** Paths as AppSpec means them; POSIX, whatever the server runs on. */
import { posix } from 'node:path'

/** A path inside the bundle, without a slash at either end; `undefined` when it leads out of it or holds a NUL. */
export function normalizeRelative(text: string): string | undefined {
  if (text.includes('\0')) return undefined
  const path = posix.normalize(text.replace(/^\/+/, '')).replace(/\/+$/, '')
  if (path === '.' || path === '') return ''
  return path === '..' || path.startsWith('../') ? undefined : path
}

/** An absolute path without a slash at its end (but `/`); `undefined` when it is relative or holds a NUL. */
export function normalizeAbsolute(text: string): string | undefined {
  if (text.includes('\0') || !text.startsWith('/')) return undefined
  return posix
    .normalize(text)
    .replace(/(.)\/+$/, '$1')
    .replace(/^\/+/, '/')
}

/** True when `path` lies strictly below the directory. */
export function isBelow(path: string, directory: string): boolean {
  return directory === '/' ? path !== '/' : path.startsWith(`${directory}/`)
}

/** `/a/b` and `c` are `/a/b/c`; `/` and `c` are `/c`. */
export function join(directory: string, name: string): string {
  if (name === '') return directory
  return directory === '' ? name : directory.endsWith('/') ? directory + name : `${directory}/${name}`
}

/** The directories above an absolute path, outermost first, without `/` and without the path itself. */
export function ancestorsOf(path: string): string[] {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}
