/** Answers one HTTP request with `git http-backend`, git's own CGI program: what real git servers run. */

import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { defined } from '../domain/defined.js'
import { cleanGitEnvironment } from './git-commits.js'

export interface CgiOptions {
  /** The folder that holds the repositories. */
  readonly root: string
  /** The path below `root`, beginning with `/`. */
  readonly path: string
  readonly query: string
  /** Who is known to have asked; pushing needs one. */
  readonly user?: string
  /** False answers as a server from before protocol version 2. */
  readonly protocol2?: boolean
}

/** Resolves once the answer is written. */
export function answerWithGit(request: IncomingMessage, response: ServerResponse, options: CgiOptions): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn('git', ['http-backend'], { env: environment(request, options) })
    child.stdin.on('error', () => undefined)
    request.pipe(child.stdin)
    response.once('close', () => child.kill())
    let head: Buffer | undefined = Buffer.alloc(0)
    child.stdout.on('data', (piece: Buffer) => {
      if (head === undefined) {
        if (!response.write(piece)) pauseUntilDrained(child.stdout, response)
        return
      }
      head = Buffer.concat([head, piece])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      writeHead(response, head.subarray(0, end).toString('latin1'))
      if (head.length > end + 4) response.write(head.subarray(end + 4))
      head = undefined
    })
    child.once('error', (error) => response.writeHead(500).end(`git http-backend: ${error.message}`))
    child.once('close', () => {
      if (!response.headersSent) response.writeHead(500)
      response.end(resolve)
    })
  })
}

function pauseUntilDrained(source: NodeJS.ReadableStream, response: ServerResponse): void {
  source.pause()
  response.once('drain', () => source.resume())
}

function environment(request: IncomingMessage, options: CgiOptions): Record<string, string> {
  const header = (name: string): string => String(request.headers[name] ?? '')
  return cleanGitEnvironment({
    GATEWAY_INTERFACE: 'CGI/1.1',
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: options.path,
    QUERY_STRING: options.query,
    REQUEST_METHOD: request.method ?? 'GET',
    CONTENT_TYPE: header('content-type'),
    CONTENT_LENGTH: header('content-length'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    REMOTE_ADDR: '127.0.0.1',
    ...defined({ REMOTE_USER: options.user }),
    ...(options.protocol2 === false ? {} : { GIT_PROTOCOL: header('git-protocol') }),
  })
}

function writeHead(response: ServerResponse, head: string): void {
  let status = 200
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    const value = line.slice(colon + 1).trim()
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
  response.writeHead(status)
}
