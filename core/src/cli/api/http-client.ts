/** A server over its API: signed as every AWS client signs, whether the key came from the environment or the data folder. */
import { readText } from '../../worker/penstock-api.js'
import { SignedClient, type SigningKeys } from '../../worker/signed-request.js'
import { CommandFailed } from '../output.js'
import { type Client, clientOf, type LogPiece, type LogWanted, type WireName } from './client.js'
import { refused, unreachable } from './refusal.js'
import { withDates } from './with-dates.js'

export interface HttpClientOptions {
  /** `https://penstock.example.com`, without a path. */
  readonly endpoint: string
  readonly region: string
  /** Asked before every call: what lasts for minutes only is renewed. */
  readonly keys: () => Promise<SigningKeys>
  readonly pageUrl: string
  /** Certificates in PEM to trust besides Node's own. */
  readonly ca?: string
}

/** So long without a byte a call is given up, milliseconds. */
const patience = 30_000

export function httpClient(options: HttpClientOptions): Client {
  const http = new SignedClient(options.endpoint, options.ca)
  const call = (target: string, input: object, wait = 0) => ask(http, options, target, input, wait)
  return clientOf(async (operation, input) => withDates(await call(targetOf(operation), input)), {
    pageUrl: options.pageUrl,
    close: () => http.close(),
    readLog: async ({ wait, from, ...wanted }: LogWanted) =>
      (await call(
        targetOf({ service: 'penstock', name: 'ReadLog' }),
        { ...wanted, from: String(from) },
        wait,
      )) as LogPiece,
  })
}

const targetOf = ({ service, name }: WireName) =>
  service === 'penstock' ? `Penstock_20240101.${name}` : `CodePipeline_20150709.${name}`

/** Errors: CommandFailed. */
async function ask(
  http: SignedClient,
  { endpoint, region, keys }: HttpClientOptions,
  target: string,
  input: object,
  wait: number,
): Promise<unknown> {
  const request = {
    method: 'POST',
    path: '/',
    service: 'codepipeline' as const,
    region,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': target,
      ...(wait > 0 ? { 'x-penstock-wait-seconds': String(wait) } : {}),
    },
    body: Buffer.from(JSON.stringify(input)),
    silence: wait * 1000 + patience,
    signal: new AbortController().signal,
  }
  const signing = await keys()
  const answer = await http.send({ ...request, keys: signing }).catch((error) => {
    throw unreachable(endpoint, error)
  })
  const text = await readText(answer).catch((error) => {
    throw unreachable(endpoint, error)
  })
  if (answer.statusCode !== 200) throw refused(endpoint, answer.statusCode ?? 0, text)
  return parse(endpoint, text)
}

function parse(endpoint: string, text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    throw new CommandFailed(`${endpoint} answered with what is not JSON: is it a Penstock server?`)
  }
}
