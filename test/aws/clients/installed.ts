import { spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { ClientKind } from './client.js'
import { commandLine } from './command-line.js'
import { javascript } from './javascript.js'
import { python } from './python.js'

/** Every program of that name that a person could run here: Debian's first. */
function everyOne(name: string): string[] {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)]
  const files = folders.map((folder) => join(folder, name)).filter((file) => existsSync(file))
  return [...new Set(files.map((file) => realpathSync(behindShim(file, name))))]
}

/** The program that pyenv's shim of it starts, without the shell in between. */
function behindShim(file: string, name: string): string {
  if (!file.endsWith(`/shims/${name}`)) return file
  const { status, stdout } = spawnSync('pyenv', ['which', name], { encoding: 'utf8' })
  return status === 0 ? stdout.trim() : file
}

const hasBoto3 = (file: string) => spawnSync(file, ['-c', 'import boto3']).status === 0

export const pythons: readonly ClientKind[] = everyOne('python3').filter(hasBoto3).map(python)
export const commandLines: readonly ClientKind[] = everyOne('aws').map(commandLine)
/** All clients there are on this machine: Debian's must be among them. */
export const clientKinds: readonly ClientKind[] = [javascript, ...pythons, ...commandLines]
