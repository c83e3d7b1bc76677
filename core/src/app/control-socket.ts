/** A socket in the data folder, for commands to a running server from its own machine: who may open the folder may command. */
import { chmodSync, mkdirSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { reason } from '../host/contain.js'

/** What can be asked for; `name` is a plugin's, or that of who signs in. */
export interface ControlRequest {
  readonly command:
    | 'plugin list'
    | 'plugin uses'
    | 'plugin reload'
    | 'plugin enable'
    | 'plugin disable'
    | 'sign in'
    | 'pipelines reload'
    | 'history prune'
    | 'resume'
  readonly name: string
}

type Answer = { readonly value?: unknown } | { readonly error: string }

/** The system's limit for a socket's path, in bytes. */
const longestPath = 104
const longestRequest = 64 * 1024

/** The server was not reached, or refused; the message says why. */
export class ControlFailed extends Error {
  override readonly name = 'CommandFailed'
  constructor(
    message: string,
    /** Nobody answers on this data folder. */
    readonly noServer = false,
  ) {
    super(message)
  }
}

/** Opens the socket; the answer closes it. Errors: its path is too long. */
export async function openControlSocket(
  dataDir: string,
  handle: (request: ControlRequest) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const path = socketPath(dataDir)
  mkdirSync(join(dataDir, 'control'), { recursive: true, mode: 0o700 })
  chmodSync(join(dataDir, 'control'), 0o700)
  rmSync(path, { force: true }) // left by a server that was killed: the folder's lock says that none runs
  const connections = new Set<Socket>()
  const server = createServer((socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket)).on('error', () => {})
    onLine(socket, (line) => void answer(line, handle).then((said) => socket.end(`${JSON.stringify(said)}\n`)))
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of connections) socket.destroy()
    })
}

/** Asks the server that runs on a data folder. Errors: ControlFailed; what the server says. */
export async function askServer(dataDir: string, request: ControlRequest): Promise<unknown> {
  const socket = createConnection(socketPath(dataDir))
  const answer = await new Promise<Answer>((resolve, reject) => {
    const gone = (error?: NodeJS.ErrnoException | boolean) => reject(whyGone(dataDir, error))
    socket.once('error', gone).once('close', gone)
    onLine(socket, (line) => resolve(JSON.parse(line) as Answer))
    socket.write(`${JSON.stringify(request)}\n`)
  })
  socket.destroy()
  if ('error' in answer) throw new ControlFailed(answer.error)
  return answer.value
}

function whyGone(dataDir: string, error?: NodeJS.ErrnoException | boolean): ControlFailed {
  const code = typeof error === 'object' ? error.code : undefined
  return code === 'EACCES' || code === 'EPERM'
    ? new ControlFailed(
        `${dataDir} belongs to another user: run the command as that user, or name the server with --endpoint and an access key`,
      )
    : new ControlFailed(`no server runs on ${dataDir}: start it, or name its folder with --data`, true)
}

async function answer(line: string, handle: (request: ControlRequest) => Promise<unknown>): Promise<Answer> {
  try {
    return { value: await handle(JSON.parse(line) as ControlRequest) }
  } catch (error) {
    return { error: reason(error) }
  }
}

function onLine(socket: Socket, tell: (line: string) => void): void {
  let text = ''
  socket.setEncoding('utf8').on('data', (piece: string) => {
    if (text.includes('\n')) return
    text += piece
    const end = text.indexOf('\n')
    if (end >= 0) tell(text.slice(0, end))
    else if (text.length > longestRequest) socket.destroy()
  })
}

function socketPath(dataDir: string): string {
  const path = join(dataDir, 'control', 'socket')
  if (Buffer.byteLength(path) <= longestPath) return path
  throw new ControlFailed(
    `${path} is too long for a socket (${longestPath} bytes): use the plugins page, or a data folder with a shorter path`,
    true,
  )
}
