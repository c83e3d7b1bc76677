import type { Principal } from '../domain/access.js'
import type { ExecutionTrigger } from '../domain/execution.js'
import { Fault, isFault } from '../domain/faults.js'
import type { SourceRevision, SourceRevisionOverride } from '../domain/revision.js'
import { apply } from './apply.js'
import type { Engine } from './engine.js'
import { noPipelineToStart } from './names.js'
import type { ExecutionOperations } from './operations.js'
import type { BranchOfSource } from './ports.js'

type Input = Parameters<ExecutionOperations['startPipelineExecution']>[1]

/**
 * Starts an execution by hand (X12..X14). Errors: PipelineNotFoundException, ValidationException,
 * ConcurrentPipelineExecutionsLimitExceededException.
 */
export async function startPipelineExecution(
  engine: Engine,
  by: Principal,
  input: Input,
): Promise<{ pipelineExecutionId: string }> {
  const variables = Object.fromEntries((input.variables ?? []).map(({ name, value }) => [name, value]))
  const pipelineExecutionId = await startExecution(engine, input.name, {
    trigger: { triggerType: 'StartPipelineExecution', triggerDetail: by.arn },
    variables,
    sourceOverrides: input.sourceRevisions ?? [],
    clientRequestToken: input.clientRequestToken,
  }).catch((error: unknown) => {
    throw isFault(error) && error.code === 'PipelineNotFoundException' ? noPipelineToStart(engine, input.name) : error
  })
  return { pipelineExecutionId }
}

export interface Start {
  readonly trigger: ExecutionTrigger
  readonly variables?: Readonly<Record<string, string>>
  readonly sourceOverrides?: readonly SourceRevisionOverride[]
  readonly sourceRevisions?: readonly SourceRevision[]
  readonly clientRequestToken?: string | undefined
  readonly unlessNewestHasThem?: boolean
  readonly untrusted?: boolean
}

/** Starts an execution for whatever reason; answers its id. Errors: as above. */
export async function startExecution(engine: Engine, pipelineName: string, start: Start): Promise<string> {
  const decision = await apply(
    engine,
    pipelineName,
    (state) => {
      refuseUnknownSources(state.pipeline.declaration.stages[0]?.actions ?? [], start.sourceOverrides ?? [])
      return {
        type: 'Start',
        trigger: start.trigger,
        variables: start.variables ?? {},
        sourceOverrides: start.sourceOverrides ?? [],
        sourceRevisions: start.sourceRevisions ?? [],
        clientRequestToken: start.clientRequestToken,
        unlessNewestHasThem: start.unlessNewestHasThem ?? false,
        untrusted: start.untrusted ?? false,
      }
    },
    {
      clientRequestToken: start.clientRequestToken,
      ...(start.unlessNewestHasThem === true
        ? { newest: true, newestOf: branchesOf(start.sourceRevisions ?? []) }
        : {}),
    },
  )
  return decision.executionId ?? ''
}

function branchesOf(revisions: readonly SourceRevision[]): BranchOfSource[] {
  return revisions.flatMap(({ actionName, branch }) => (branch === undefined ? [] : [{ actionName, branch }]))
}

/** A revision can only be asked for of a source action, and of a kind that it takes (X14). */
function refuseUnknownSources(
  sources: readonly { readonly name: string; readonly configuration?: Readonly<Record<string, string>> }[],
  overrides: readonly SourceRevisionOverride[],
): void {
  for (const { actionName, revisionType } of overrides) {
    const source = sources.find((one) => one.name === actionName)
    if (!source) {
      const known = sources.map((one) => `'${one.name}'`).join(', ')
      throw new Fault(
        'ValidationException',
        `The source revision names the action '${actionName}', which is not a source action of the pipeline (it has ${known})`,
      )
    }
    if (revisionType === 'S3_OBJECT_KEY' && source.configuration?.AllowOverrideForS3ObjectKey !== 'true') {
      throw new Fault(
        'ValidationException',
        `The source action '${actionName}' does not allow an S3_OBJECT_KEY override: set AllowOverrideForS3ObjectKey to true in its configuration`,
      )
    }
  }
}
