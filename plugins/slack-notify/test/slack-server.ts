/** Slack's two doors as its documentation tells of them: incoming webhooks and chat.postMessage, on loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SlackServer {
  readonly url: string
  readonly webhook: string
  readonly token: string
  /** Messages that were taken. */
  readonly messages: { readonly channel?: string; readonly text: string; readonly blocks: readonly Block[] }[]
  /** How many requests are still answered with 429 and this Retry-After. */
  limit: { left: number; seconds: number }
  readonly requests: number
  stop(): Promise<void>
}

export interface Block {
  readonly type: string
  readonly text?: { readonly type: string; readonly text: string }
  readonly elements?: readonly { readonly text: string }[]
}

/** Starts one with the channels #ops and C0123456789. */
export async function startSlack(): Promise<SlackServer> {
  const state = { messages: [] as SlackServer['messages'], limit: { left: 0, seconds: 1 }, requests: 0 }
  const secretPath = '/services/T000/B000/sEcReT'
  const token = 'xoxb-1-sEcReT'
  const server = createServer((request, response) => {
    state.requests++
    void readBody(request).then((body) => answer(request, response, body))
  })
  const answer = (request: IncomingMessage, response: ServerResponse, body: string) => {
    if (state.limit.left > 0) {
      state.limit.left--
      response.writeHead(429, { 'retry-after': String(state.limit.seconds) }).end('rate_limited')
    } else if (request.url === secretPath) webhook(response, body)
    else if (request.url === '/api/chat.postMessage') chat(request, response, body)
    else response.writeHead(404).end('no_service')
  }
  const webhook = (response: ServerResponse, body: string) => {
    const message = read(body)
    if (!message) return response.writeHead(400).end('invalid_payload')
    state.messages.push(message)
    return response.writeHead(200, { 'content-type': 'text/html' }).end('ok')
  }
  const chat = (request: IncomingMessage, response: ServerResponse, body: string) => {
    const say = (value: unknown) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (request.headers.authorization !== `Bearer ${token}`) return say({ ok: false, error: 'invalid_auth' })
    if (!request.headers['content-type']?.startsWith('application/json'))
      return say({ ok: false, error: 'invalid_form_data' })
    const message = read(body)
    if (!message) return say({ ok: false, error: 'invalid_blocks' })
    if (!['#ops', '#approvals', 'C0123456789'].includes(message.channel ?? ''))
      return say({ ok: false, error: 'channel_not_found' })
    state.messages.push(message)
    return say({ ok: true, channel: message.channel, ts: '1503435956.000247' })
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(state, {
    url,
    webhook: url + secretPath,
    token,
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  })
}

/** Blocks must be Slack's: known types, texts within the limit, no bare < or >. */
function read(body: string): SlackServer['messages'][number] | undefined {
  try {
    const message = JSON.parse(body) as SlackServer['messages'][number]
    const texts = message.blocks.flatMap((block) => [
      block.text?.text ?? '',
      ...(block.elements ?? []).map(({ text }) => text),
    ])
    const fine =
      message.blocks.every(({ type }) => ['section', 'context'].includes(type)) &&
      texts.every((text) => text.length <= 3_000)
    return fine && message.text.length <= 40_000 ? message : undefined
  } catch {
    return undefined
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request.setEncoding('utf8')) text += piece
  return text
}
