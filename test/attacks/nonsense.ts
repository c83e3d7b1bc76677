/** Requests without sense to the doors that are Penstock's own, different for each number: unsigned, badly signed, and signed. */
import type { IncomingMessage } from 'node:http'
import { table } from '../../core/src/operations/table.js'
import { SignedClient, type SigningKeys } from '../../core/src/worker/signed-request.js'
import { Random } from '../simulation/random.js'

const own = Object.values(table)
  .filter(({ service }) => service === 'penstock')
  .map(({ name }) => name)

const texts = [
  '',
  'x',
  'admin',
  '../../etc',
  '\u0000',
  '\u{1F6B0}'.repeat(300),
  '{{secret:loud}}',
  '#{a.b}',
  "'; --",
  '*',
]
const members = [
  ...['name', 'userName', 'secretName', 'value', 'pipelines', 'stages', 'policies', 'password', 'enabled', 'status'],
  ...['pipelineName', 'actionName', 'stageName', 'sessionId', 'nextToken', 'maxResults', 'key', 'version', 'prefix'],
  ...['project', 'reason', 'commit', 'number', 'jobId', 'fence', 'plugin', 'part', 'data', '__proto__', 'constructor'],
]

function value(random: Random, depth: number): unknown {
  const kind = random.int(0, depth > 2 ? 6 : 8)
  if (kind < 3) return random.pick(texts)
  if (kind === 3) return random.pick([0, -1, 1e308, 2 ** 53, 0.5, 1e-9])
  if (kind === 4) return random.pick([true, false, null])
  if (kind === 5) return 'y'.repeat(random.int(0, 5_000))
  if (kind === 6) return Array.from({ length: random.int(0, 5) }, () => value(random, depth + 1))
  return record(random, depth + 1)
}

function record(random: Random, depth: number): object {
  const names = Array.from({ length: random.int(0, 5) }, () => random.pick(members))
  return Object.fromEntries(names.map((name) => [name, value(random, depth)]))
}

function bodyOf(random: Random): string {
  const broken = ['', '{', '[]', 'null', '"', '\u0000\u0001', '{"__proto__":{}}', `${'['.repeat(5_000)}`]
  return random.int(0, 5) === 0 ? random.pick(broken) : JSON.stringify(record(random, 0))
}

/** Sends request `n`, with a good signature by one of `keys` for two of three, and answers its status. */
export class Nonsense {
  readonly #client: SignedClient

  constructor(readonly address: string) {
    this.#client = new SignedClient(address)
  }

  async unsigned(n: number): Promise<number> {
    const random = new Random(n)
    const body = bodyOf(random)
    const signature = `AWS4-HMAC-SHA256 Credential=AKIA${n}/20260101/us-east-1/codepipeline/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(n % 65)}`
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const target = { 'x-amz-target': `Penstock_20240101.${own[n % own.length]}${n % 11 === 0 ? '\u00e9' : ''}` }
    const requests: readonly (readonly [path: string, headers: Record<string, string>, body: string])[] = [
      ['/', target, body],
      ['/', { ...target, authorization: signature }, body],
      ['/sign-in', { ...form, 'content-encoding': n % 2 ? 'br' : 'x' }, `user=${n}`],
      ['/sign-in', form, `_csrf=${n}&user=admin&password=${'x'.repeat(n % 90_000)}`],
      [`/webhooks/${'a'.repeat(n % 80)}`, { 'x-forwarded-for': `${n}.1.1.1` }, body],
    ]
    const [path, headers, sent] = requests[n % requests.length] ?? ['/', {}, '']
    const answer = await fetch(`${this.address}${path}`, { method: 'POST', headers, body: sent })
    await answer.arrayBuffer()
    return answer.status
  }

  async signed(n: number, keys: SigningKeys): Promise<number> {
    const random = new Random(n)
    const answer: IncomingMessage = await this.#client.send({
      method: 'POST',
      path: '/',
      service: 'codepipeline',
      region: 'us-east-1',
      keys,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Penstock_20240101.${random.pick(own)}`,
      },
      body: Buffer.from(bodyOf(random)),
      silence: 30_000,
      signal: AbortSignal.timeout(60_000),
    })
    for await (const _ of answer);
    return answer.statusCode ?? 0
  }

  close(): void {
    this.#client.close()
  }
}
