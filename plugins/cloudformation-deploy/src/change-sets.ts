import type { Stack } from '@aws-sdk/client-cloudformation'
import { defined, JobFailed } from '@penstock/core'
import { awsWatch } from '@penstock/core/aws'
import type { Operation } from './operation.js'
import { readInput } from './stack-input.js'
import { type ChangeSet, isWithoutChanges } from './stacks.js'
import { templateSource } from './template.js'
import { watchStack } from './watch-stack.js'

/** What a mode did, and the stack whose outputs are to be told. */
export interface Done {
  readonly summary: string
  readonly stackId?: string
  /** Only of what makes or changes a stack. */
  readonly stack?: Stack
}

/** CHANGE_SET_REPLACE: a change set of this name that is there gives way to the new one. */
export async function replaceChangeSet(on: Operation): Promise<Done> {
  const { StackName, ChangeSetName = '' } = on.job.configuration
  const { template, input, stackPolicy } = await readInput(on.job, on.ctx)
  if (stackPolicy !== undefined) on.ctx.log.line('StackPolicy of TemplateConfiguration: a change set takes none')
  if (on.decided === undefined) await removeChangeSet(on, StackName, ChangeSetName)
  const stackId = await on.begin(
    'change-set',
    StackName,
    async () => (await on.stacks.findChangeSet(StackName, ChangeSetName)) !== undefined,
    async (token) => {
      const stack = await on.stacks.find(StackName)
      const isNew = stack === undefined || stack.StackStatus === 'REVIEW_IN_PROGRESS'
      return on.stacks.createChangeSet({
        ...input,
        ...(await templateSource(template, on.config, on.settings, on.job.actionExecutionId)),
        ChangeSetName,
        ChangeSetType: isNew ? 'CREATE' : 'UPDATE',
        ClientToken: token,
      })
    },
  )
  const made = await madeChangeSet(on, StackName, ChangeSetName)
  for (const { ResourceChange: change } of made.changes)
    on.ctx.log.line(
      `${change?.Action}  ${change?.ResourceType} ${change?.LogicalResourceId}${change?.Replacement === 'True' ? ' (replaced)' : ''}`,
    )
  const count = made.changes.length
  const says = isWithoutChanges(made) ? 'no changes' : `${count} ${count === 1 ? 'change' : 'changes'}`
  return { summary: `change set ${ChangeSetName}: ${says}`, stackId: made.stackId ?? stackId }
}

async function removeChangeSet(on: Operation, stack: string, name: string): Promise<void> {
  if ((await on.stacks.findChangeSet(stack, name)) === undefined) return
  await on.stacks.deleteChangeSet(stack, name)
  await awsWatch(on.ctx, on.pollMs, async () => {
    const found = await on.stacks.findChangeSet(stack, name)
    return found === undefined || found.status === 'DELETE_COMPLETE' ? true : undefined
  })
}

/** Errors: JobFailed with the reason of one that could not be made; one without changes is made. */
async function madeChangeSet(on: Operation, stack: string, name: string): Promise<ChangeSet> {
  const made = await awsWatch(on.ctx, on.pollMs, async () => {
    const found = await on.stacks.findChangeSet(stack, name)
    return found === undefined || /(_PENDING|_IN_PROGRESS)$/.test(found.status) ? undefined : found
  })
  if (made.status === 'CREATE_COMPLETE' || isWithoutChanges(made)) return made
  throw new JobFailed(`ChangeSetName ${name}: ${made.status}: ${made.reason}`, 'JobFailed', made.stackId)
}

/** CHANGE_SET_EXECUTE: one without changes is executed by doing nothing. */
export async function executeChangeSet(on: Operation): Promise<Done> {
  const { StackName, ChangeSetName = '' } = on.job.configuration
  let stackId = on.decided?.stackId ?? StackName
  if (on.decided === undefined) {
    const found = await on.stacks.findChangeSet(StackName, ChangeSetName)
    if (found === undefined)
      throw new JobFailed(
        `ChangeSetName ${ChangeSetName}: the stack ${StackName} has no such change set; an action with CHANGE_SET_REPLACE before this one makes it`,
        'ConfigurationError',
      )
    stackId = found.stackId ?? StackName
    if (isWithoutChanges(found)) {
      const stack = await on.stacks.find(StackName)
      return { summary: `change set ${ChangeSetName} has no changes`, stackId, ...defined({ stack }) }
    }
    if (found.executionStatus !== undefined && found.executionStatus !== 'AVAILABLE')
      throw new JobFailed(
        `ChangeSetName ${ChangeSetName} cannot be executed: it is ${found.executionStatus}${found.reason === '' ? '' : `: ${found.reason}`}`,
      )
  }
  stackId = await on.begin(
    'execute',
    stackId,
    () => on.isInEvents(stackId, 'execute'),
    async (token) => {
      await on.stacks.execute(StackName, ChangeSetName, token)
      return undefined
    },
  )
  const stack = await watchStack(on, 'execute', stackId)
  return { summary: `change set ${ChangeSetName} executed: ${stack.StackStatus}`, stackId, stack }
}
