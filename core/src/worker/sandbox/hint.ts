import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { IsolationLevel } from './isolation.js'

/** Bytes of the log's end that are looked at. */
const tail = 16 * 1024

const complaints: readonly { readonly says: RegExp; readonly option: string }[] = [
  { says: /read-only file system|EROFS/i, option: 'writable' },
  { says: /no such file or directory|ENOENT|not found|permission denied|EACCES/i, option: 'readOnly' },
  { says: /operation not permitted|EPERM/i, option: 'readOnly' },
]

/** Below these nothing is missing because of a sandbox. */
const own = /^\/(?:usr|bin|sbin|lib|lib64|tmp|dev|proc|home\/build|etc\/(?:passwd|group))(?:\/|$)/

/**
 * For a command that failed: whether the end of its log speaks of a path that may be missing because of the sandbox, and the
 * line that opens it. It goes by what the command said alone, so that nobody learns from it what the machine has.
 */
export function sandboxHint(log: string, workspace: string, level: IsolationLevel | undefined): string | undefined {
  if (level !== 'sandbox') return undefined
  const lines = readTail(log).split('\n').reverse()
  for (const line of lines) {
    const complaint = complaints.find(({ says }) => says.test(line))
    const path = complaint && foreignPath(line, workspace)
    if (path === undefined || complaint === undefined) continue
    return `builds run in a sandbox that shows a part of the machine only; if it is ${path} that it lacks, worker.sandbox: { ${complaint.option}: [${path}] } in penstock.yaml opens it`
  }
  return undefined
}

/** Why the sandbox or container was not made, in the words of what makes it, when the command did not even begin. */
export function enclosureFailure(
  level: IsolationLevel | undefined,
  stepFolder: string,
  log: string,
  exitCode: number,
): string | undefined {
  if (level === 'container' && [125, 126, 127].includes(exitCode)) {
    return lastLine(log, /^(?:Error: |docker: )/)
  }
  if (level !== 'sandbox' || exitCode === 0 || hasBegun(stepFolder)) return undefined
  return lastLine(log, /^(?:bwrap|setpriv|unshare): /)
}

function lastLine(log: string, pattern: RegExp): string | undefined {
  return readTail(log)
    .trim()
    .split('\n')
    .reverse()
    .find((line) => pattern.test(line))
}

/** bwrap tells its child's exit code only of a child that was there. */
function hasBegun(stepFolder: string): boolean {
  try {
    return readFileSync(join(stepFolder, 'sandbox.json'), 'utf8').includes('"exit-code"')
  } catch {
    return true
  }
}

function foreignPath(line: string, workspace: string): string | undefined {
  const found = line.match(/\/[\w.@+-]+(?:\/[\w.@+-]+)*/g) ?? []
  return found.find((path) => !own.test(path) && path !== workspace && !path.startsWith(`${workspace}/`))
}

function readTail(path: string): string {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const { size } = fstatSync(file)
    const bytes = Buffer.alloc(Math.min(size, tail))
    readSync(file, bytes, 0, bytes.length, size - bytes.length)
    return bytes.toString()
  } catch {
    return ''
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
