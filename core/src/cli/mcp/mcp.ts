import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { type ConnectOptions, connect, signingClient } from '../api/connect.js'
import { UsageError } from '../output.js'
import { mcpOverHttp } from './http.js'
import { mcpServer } from './mcp-server.js'

export interface McpOptions extends ConnectOptions {
  readonly readOnly?: boolean
  /** `PORT`, or `ADDRESS:PORT`. */
  readonly http?: string
  readonly allowedHost?: readonly string[]
}

/** `penstock mcp`: the server as tools for agents, over standard input and output, or over HTTP. */
export async function mcp({ readOnly = false, http, allowedHost = [], ...options }: McpOptions): Promise<void> {
  if (http !== undefined) return serveHttp(http, { readOnly, allowedHost, ...options })
  const client = await connect(options)
  serveStdio(() => mcpServer(client, { readOnly }), {
    onerror: (error) => void process.stderr.write(`penstock mcp: ${error.message}\n`),
  })
  // Whoever started it ends it by closing the pipe.
  await once(process.stdin, 'close')
  client.close()
}

async function serveHttp(
  at: string,
  { readOnly, allowedHost, ...options }: McpOptions & { readonly readOnly: boolean },
): Promise<void> {
  const { host, port } = addressOf(at)
  const clientOf = await signingClient(options)
  const hosts = [...(allowedHost ?? []), ...(['0.0.0.0', '::'].includes(host) ? [] : [host])]
  const server = mcpOverHttp({ readOnly, hosts, clientOf })
  server.listen(port, host)
  await once(server, 'listening')
  const { address, port: taken } = server.address() as AddressInfo
  process.stderr.write(`MCP is at http://${address.includes(':') ? `[${address}]` : address}:${taken}/mcp\n`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  server.close()
  server.closeAllConnections()
}

/** Errors: UsageError. */
function addressOf(text: string): { host: string; port: number } {
  const [, name, digits = ''] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  if (digits === '' || Number(digits) > 65_535)
    throw new UsageError(`--http is '${text}', but must be PORT or ADDRESS:PORT, such as 7400`)
  return { host: name?.replace(/^\[(.*)\]$/, '$1') ?? '127.0.0.1', port: Number(digits) }
}
