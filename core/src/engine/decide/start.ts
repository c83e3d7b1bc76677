import type { PipelineExecution } from '../../domain/execution.js'
import { Fault } from '../../domain/faults.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import type { Draft } from '../draft.js'
import type { StartEvent } from '../events.js'
import { refuseBeyondLimit } from './concurrency.js'
import { arrive } from './movement.js'

/**
 * A new execution at the first stage's door. Answers its id, or that of the one that the same request token started
 * before (X12). Errors: ConcurrentPipelineExecutionsLimitExceededException, ValidationException.
 */
export function start(draft: Draft, event: StartEvent): string {
  const repeated = event.clientRequestToken && findByToken(draft, event.clientRequestToken)
  if (repeated) return repeated.id
  const same = event.unlessNewestHasThem && newestWith(draft, event.sourceRevisions, event.untrusted ?? false)
  if (same) return same.id
  const { pipeline } = draft.state
  const mode = pipeline.declaration.executionMode ?? 'SUPERSEDED'
  refuseBeyondLimit(draft, mode)
  const id = draft.around.newId()
  draft.putExecution({
    id,
    pipelineName: pipeline.name,
    pipelineVersion: pipeline.version,
    number: draft.nextNumber(),
    mode,
    type: 'STANDARD',
    status: 'InProgress',
    trigger: event.trigger,
    started: draft.now,
    updated: draft.now,
    variables: variablesOf(pipeline.declaration, event.variables),
    sourceOverrides: event.sourceOverrides,
    sourceRevisions: event.sourceRevisions,
    artifacts: {},
    outputVariables: {},
    ...(event.untrusted ? { untrusted: true } : {}),
    ...(event.clientRequestToken ? { clientRequestToken: event.clientRequestToken } : {}),
  })
  for (const revision of event.sourceRevisions) draft.useRevision(revision, id)
  draft.tell({ kind: 'executionChanged', pipelineName: pipeline.name, pipelineExecutionId: id, status: 'InProgress' })
  const first = pipeline.declaration.stages[0]
  if (first) arrive(draft, id, first.name)
  return id
}

/** The newest execution that is not known to be another branch's, when it has all of these revisions, with as much trust. */
function newestWith(
  draft: Draft,
  wanted: StartEvent['sourceRevisions'],
  untrusted: boolean,
): PipelineExecution | undefined {
  const [newest] = [...draft.state.executions.values()]
    .filter((one) => one.type === 'STANDARD' && !wanted.some((revision) => isOfAnotherBranch(one, revision)))
    .sort((a, b) => b.number - a.number)
  const has = ({ actionName, revisionId }: (typeof wanted)[number]) =>
    newest?.sourceRevisions.some((one) => one.actionName === actionName && one.revisionId === revisionId)
  return wanted.every(has) && (newest?.untrusted ?? false) === untrusted ? newest : undefined
}

function isOfAnotherBranch(
  { sourceRevisions }: PipelineExecution,
  { actionName, branch }: StartEvent['sourceRevisions'][number],
): boolean {
  const taken = sourceRevisions.find((one) => one.actionName === actionName)?.branch
  return taken !== undefined && branch !== undefined && taken !== branch
}

function findByToken(draft: Draft, token: string): PipelineExecution | undefined {
  return [...draft.state.executions.values()].find((one) => one.clientRequestToken === token)
}

/** X13, S14: defaults, overridden; every declared variable has a value. */
function variablesOf(
  declaration: PipelineDeclaration,
  overrides: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const declared = declaration.variables ?? []
  const unknown = Object.keys(overrides).find((name) => !declared.some((one) => one.name === name))
  if (unknown !== undefined) {
    const known = declared.map((one) => one.name).join(', ') || 'none'
    throw new Fault(
      'ValidationException',
      `The variable '${unknown}' is not declared in the pipeline '${declaration.name}' (declared: ${known})`,
    )
  }
  const values: Record<string, string> = {}
  for (const { name, defaultValue } of declared) {
    const value = overrides[name] ?? defaultValue
    if (value === undefined) {
      throw new Fault(
        'ValidationException',
        `The variable '${name}' has no default value: give it one to start '${declaration.name}'`,
      )
    }
    values[name] = value
  }
  return values
}
