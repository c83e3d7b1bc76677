/**
 * Refuses by name what a plugin was not granted, in its own process. The system refuses it as well, in words that say nothing
 * of permissions; that refusal, and not this one, is what holds against malice.
 */
import { existsSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Socket } from 'node:net'
import { basename, sep } from 'node:path'
import type { GuardedBy } from './protocol.js'

// The modules themselves, and no copies of them: what is replaced in them is replaced for the plugin.
const childProcess = require('node:child_process') as typeof import('node:child_process')
const dgram = require('node:dgram') as typeof import('node:dgram')
const net = require('node:net') as typeof import('node:net')

/** What a plugin may not do, which permission that is, and who grants it how. */
export class PermissionRefused extends Error {
  readonly code = 'ERR_PENSTOCK_PERMISSION'
  constructor(what: string, needed: string, { section, hasManifest }: GuardedBy) {
    const asked = hasManifest ? `"permissions" of "penstock" in its package.json asks for it, and ` : ''
    super(`${what}: ${asked}${section}: { permissions: { ${needed} } } in penstock.yaml grants it`)
    this.name = 'PermissionRefused'
  }
}

/** From now on this process refuses what was not granted. */
export function guardProcess(guarded: GuardedBy): void {
  if (!guarded.permissions.network) closeNetwork(guarded)
  guardPrograms(guarded)
  syncBuiltinESMExports()
}

/** Says what a system's error means where it comes from a permission that is missing. */
export function explain(error: unknown, guarded: GuardedBy | undefined): unknown {
  if (guarded === undefined || !(error instanceof Error)) return error
  if (error.cause instanceof PermissionRefused)
    return Object.assign(error, { message: `${error.message}: ${error.cause.message}` })
  const { code, path } = error as NodeJS.ErrnoException
  const isAbout =
    typeof path === 'string' && path.startsWith(sep) && ['ENOENT', 'EACCES', 'EROFS', 'EPERM'].includes(code ?? '')
  if (code !== 'ERR_ACCESS_DENIED' && !isAbout) return error
  const place = path ?? (error as { readonly resource?: string }).resource ?? 'PATH'
  const kind = code === 'EROFS' || (code === 'EACCES' && existsSync(place)) ? 'writable' : 'readOnly'
  const refused = new PermissionRefused(
    `${error.message}; if it is ${place} that the plugin may not see`,
    `paths: { ${kind}: [${place}] }`,
    guarded,
  )
  return Object.assign(error, { message: refused.message })
}

function closeNetwork(guarded: GuardedBy): void {
  const refuse = (what: string) =>
    new PermissionRefused(`the plugin may not use the network (${what})`, 'network: true', guarded)
  const socket = net.Socket.prototype as { connect: (...args: unknown[]) => Socket }
  const { connect } = socket
  socket.connect = function (this: Socket, ...args: unknown[]) {
    if (isLocal(args)) return connect.apply(this, args)
    process.nextTick(() => this.destroy(refuse(whereTo(args))))
    return this
  }
  const datagrams = dgram.Socket.prototype as { send: unknown }
  datagrams.send = () => {
    throw refuse('a datagram')
  }
}

/** A socket of its own in the file system. */
function isLocal(args: readonly unknown[]): boolean {
  const [first] = args.flat(1) as { readonly path?: unknown }[]
  return typeof first === 'string' ? !/^\d+$/.test(first) : typeof first?.path === 'string'
}

function whereTo(args: readonly unknown[]): string {
  const [first, second] = args.flat(1) as unknown[]
  const { host, port } = (typeof first === 'object' && first !== null ? first : { host: second, port: first }) as {
    readonly host?: unknown
    readonly port?: unknown
  }
  return `${typeof host === 'string' ? host : 'localhost'}:${String(port)}`
}

function guardPrograms(guarded: GuardedBy): void {
  const { exec } = guarded.permissions
  if (exec.includes('*')) return
  const check = (program: string) => {
    const name = basename(program)
    if (program === process.execPath || exec.includes(name)) return
    throw new PermissionRefused(`the plugin may not run ${program}`, `exec: [${name}]`, guarded)
  }
  const child = childProcess.ChildProcess.prototype as unknown as {
    spawn: (options: { readonly file: string }) => unknown
  }
  const { spawn } = child
  child.spawn = function (this: unknown, options) {
    check(options.file)
    return spawn.call(this, options)
  }
  const own = childProcess as unknown as Record<
    'spawnSync' | 'execFileSync',
    (file: string, ...rest: unknown[]) => unknown
  >
  for (const name of ['spawnSync', 'execFileSync'] as const) {
    const call = own[name]
    own[name] = (file, ...rest) => {
      check(file)
      return call(file, ...rest)
    }
  }
  const { execSync } = childProcess
  Object.assign(childProcess, {
    execSync: (...args: Parameters<typeof execSync>) => {
      check('sh')
      return execSync(...args)
    },
  })
}
