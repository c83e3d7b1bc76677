/**
 * `api.server.operations` over the channel between a plugin's process and the host. Inputs and answers travel as V8 writes
 * them, in base64: JSON would make texts of dates.
 */
import { deserialize, serialize } from 'node:v8'
import type { Principal } from '../../domain/access.js'
import type { OperationService, PrincipalOperations } from '../../operations/serve.js'
import type { ReportedRevision } from '../plugin-operations.js'
import type { ServerServices, SourceService } from '../services.js'
import type { Channel } from './channel.js'

interface OperationCall {
  readonly method: string
  readonly input: string
}

/** At the plugin: `api.server`, of which only the operations are there; all else is answered by `refuse`. */
export function channelServer(
  channel: Channel,
  self: () => Principal,
  refuse: (what: string) => never,
): ServerServices {
  const operations = channelOperations(channel, self, refuse)
  const sources = members<SourceService>((name) => {
    if (name !== 'report') return refuse(`api.server.sources.${name}`)
    return async (found: ReportedRevision) => unpack((await channel.call('report', pack(found))) as string)
  })
  const known: Partial<ServerServices> = { operations, sources }
  return members((name) => known[name as keyof ServerServices] ?? refuse(`api.server.${name}`))
}

function channelOperations(channel: Channel, self: () => Principal, refuse: (what: string) => never): OperationService {
  const mine = members<PrincipalOperations>((method) => {
    if (method === 'principal') return self()
    if (method === 'may')
      return () => refuse('may() (make the call instead, which answers AccessDeniedException if you may not)')
    return async (input: unknown) => {
      const call: OperationCall = { method, input: pack(input) }
      return unpack((await channel.call('operate', call)) as string)
    }
  })
  const forPrincipal = ({ arn }: Principal) => {
    if (arn === self().arn) return mine
    throw new Error(
      `a plugin in a process of its own calls operations as itself, operations.for(api.principal), and not as ${arn}`,
    )
  }
  return members((name) => {
    if (name === 'for') return forPrincipal
    if (['find', 'serve', 'list'].includes(name)) return refuse(`api.server.operations.${name}`)
    const method = name as 'getPipeline'
    return (by: Principal, input: never) => forPrincipal(by)[method](input)
  })
}

/** At the host: what the plugin's process asks for. */
export function answerOperations(
  run: (method: string, input: unknown) => Promise<unknown>,
): (call: OperationCall) => Promise<string> {
  return async ({ method, input }) => pack(await run(method, unpack(input)))
}

/** The same for what it saw of its own sources. */
export function answerReports(run: (found: ReportedRevision) => Promise<unknown>): (found: string) => Promise<string> {
  return async (found) => pack(await run(unpack(found) as ReportedRevision))
}

/** Errors: when there is a function or the like in it. */
function pack(value: unknown): string {
  return serialize(value).toString('base64')
}

function unpack(text: string): unknown {
  return deserialize(Buffer.from(text, 'base64'))
}

/** An object whose members are made as they are asked for. `await` asks for `then`, which no operation is called. */
function members<T>(member: (name: string) => unknown): T {
  return new Proxy(
    {},
    { get: (_, name) => (typeof name === 'symbol' || name === 'then' ? undefined : member(name)) },
  ) as T
}
