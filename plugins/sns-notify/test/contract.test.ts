import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort, testNotifier } from '@penstock/core/testkit'
import { snsNotifier } from '../src/notifier.js'

const topic = 'arn:aws:sns:eu-west-1:123456789012:approvals'
const messages: string[] = []
let server: Server
let nobody: number

beforeAll(async () => {
  nobody = await freePort()
  server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    messages.push(new URLSearchParams(body).get('Message') ?? '')
    response.writeHead(200, { 'content-type': 'text/xml' })
    response.end('<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const at = (port: number) =>
  snsNotifier({ endpoint: `http://127.0.0.1:${port}`, accessKeyId: 'AKID', secretAccessKey: 'a-very-secret-key' })

testNotifier(
  'SNS',
  () => at((server.address() as AddressInfo).port),
  () => ({
    received: () => messages,
    target: topic,
    unreachable: () => at(nobody),
    secrets: ['a-very-secret-key'],
  }),
)
