import { defined } from '../../domain/defined.js'
import type { SourceRevisionOverride } from '../../domain/revision.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { exitStatus, print, UsageError } from '../output.js'
import { followToEnd } from './follow-to-end.js'
import type { VerbOptions } from './options.js'
import { onPipeline } from './pick.js'

export interface StartOptions extends VerbOptions {
  /** `NAME=VALUE`. */
  readonly variable?: readonly string[]
  /** `ACTION=COMMIT`, or `ACTION=TYPE:VALUE`. */
  readonly revision?: readonly string[]
  readonly token?: string
  readonly wait?: boolean
  readonly logs?: boolean
}

/** `penstock start PIPELINE`: releases a change; with `--wait` (or `--logs`) follows it, and ends with its result. */
export async function start(name: string, options: StartOptions): Promise<void> {
  const { token } = options
  const [variables, sourceRevisions] = [variablesOf(options.variable), revisionsOf(options.revision)]
  await withClient(options, async (client) => {
    const { pipelineExecutionId } = await onPipeline(client, name, () =>
      client.startPipelineExecution({
        name,
        ...(variables.length > 0 ? { variables } : {}),
        ...(sourceRevisions.length > 0 ? { sourceRevisions } : {}),
        ...defined({ clientRequestToken: token }),
      }),
    )
    await announce(client, name, pipelineExecutionId, options)
  })
}

async function announce(client: Client, name: string, id: string, options: StartOptions): Promise<void> {
  const follows = options.wait || options.logs
  if (!follows || options.output !== 'json')
    print(options.output, { pipelineName: name, pipelineExecutionId: id }, () => [id])
  if (follows) await followToEnd(client, name, id, options)
  else process.exitCode = exitStatus.ok
}

/** Errors: UsageError. */
export function variablesOf(given: readonly string[] = []): { readonly name: string; readonly value: string }[] {
  return given.map((text) => {
    const [name, value] = pair('--variable', text, 'NAME=VALUE')
    return { name, value }
  })
}

const types = ['COMMIT_ID', 'IMAGE_DIGEST', 'S3_OBJECT_VERSION_ID', 'S3_OBJECT_KEY'] as const

/** X14: a commit unless a type stands before the value. Errors: UsageError. */
export function revisionsOf(given: readonly string[] = []): SourceRevisionOverride[] {
  return given.map((text) => {
    const [actionName, value] = pair('--revision', text, 'ACTION=COMMIT, or ACTION=S3_OBJECT_KEY:KEY')
    const revisionType = types.find((type) => value.startsWith(`${type}:`)) ?? 'COMMIT_ID'
    const revisionValue = value.startsWith(`${revisionType}:`) ? value.slice(revisionType.length + 1) : value
    return { actionName, revisionType, revisionValue }
  })
}

function pair(option: string, text: string, right: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw new UsageError(`${option} is '${text}', but must be ${right}`)
  return [text.slice(0, at), text.slice(at + 1)]
}
