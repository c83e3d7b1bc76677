/** MCP over HTTP: one address for a team's agents, each with an access key of its own. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { hostHeaderValidation, originValidation, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import type { SigningKeys } from '../../worker/signed-request.js'
import type { Client } from '../api/client.js'
import { mcpServer } from './mcp-server.js'

export interface HttpOptions {
  readonly readOnly: boolean
  /** Names by which the address is reached, besides those of this machine; others are refused, as DNS rebinding. */
  readonly hosts: readonly string[]
  /** A client that signs with a caller's key. */
  readonly clientOf: (keys: SigningKeys) => Client
}

/**
 * Serves `/mcp`. A caller says its access key as HTTP's Basic scheme does, the id as the user and the secret as the
 * password; the Penstock server judges both with the first call.
 */
export function mcpOverHttp({ readOnly, hosts, clientOf }: HttpOptions): Server {
  const names = ['localhost', '127.0.0.1', '[::1]', ...hosts.map((host) => (isIP(host) === 6 ? `[${host}]` : host))]
  const [isHost, isOrigin] = [hostHeaderValidation(names), originValidation(names)]
  const clients = new Clients(clientOf)
  const handler = toNodeHandler(
    createMcpHandler(({ requestInfo }) => {
      const keys = keysOf(requestInfo?.headers.get('authorization') ?? undefined)
      if (!keys) throw new Error('an access key is missing')
      return mcpServer(clients.of(keys), { readOnly })
    }),
  )
  return createServer(async (request, response) => {
    if (!isHost(request, response) || !isOrigin(request, response)) return
    if (request.url?.split('?')[0] !== '/mcp') return say(response, 404, 'MCP is at /mcp')
    if (keysOf(request.headers.authorization) === undefined) return unauthorized(response)
    await handler(request as IncomingMessage & { method: string; url: string }, response)
  })
}

/** Connections stay open for so many callers. */
const mostClients = 50

/** A client for each key, as long as it is used. */
class Clients {
  private readonly all = new Map<string, Client>()

  constructor(private readonly clientOf: HttpOptions['clientOf']) {}

  of(keys: SigningKeys): Client {
    const name = JSON.stringify(keys)
    const client = this.all.get(name) ?? this.clientOf(keys)
    this.all.delete(name)
    this.all.set(name, client)
    const [oldest] = this.all
    if (oldest && this.all.size > mostClients) {
      this.all.delete(oldest[0])
      oldest[1].close()
    }
    return client
  }
}

/** `Basic` with an access key's id and secret. */
function keysOf(authorization: string | undefined): SigningKeys | undefined {
  const [, encoded = ''] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '') ?? []
  const [accessKeyId = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':')
  const secretAccessKey = rest.join(':')
  return accessKeyId === '' || secretAccessKey === '' ? undefined : { accessKeyId, secretAccessKey }
}

function unauthorized(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Basic realm="Penstock access key", charset="UTF-8"')
  say(response, 401, 'Authorization: Basic, with an access key id as the user and its secret as the password')
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
