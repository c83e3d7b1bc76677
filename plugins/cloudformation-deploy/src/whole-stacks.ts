import { defined } from '@penstock/core'
import type { Done } from './change-sets.js'
import type { Operation, Step } from './operation.js'
import { type ReadInput, readInput } from './stack-input.js'
import { templateSource } from './template.js'
import { watchStack } from './watch-stack.js'

/** A stack in such a state can only be deleted, and REPLACE_ON_FAILURE does. */
const failedStates: readonly string[] = [
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'DELETE_FAILED',
  'UPDATE_ROLLBACK_FAILED',
]

/** CREATE_UPDATE, and REPLACE_ON_FAILURE with `replace`. */
export async function createOrUpdate(on: Operation, replace: boolean): Promise<Done> {
  const read = await readInput(on.job, on.ctx)
  let step = on.decided?.step ?? (await decide(on, replace))
  if (step === 'delete') {
    await remove(on, on.decided?.stackId ?? (await on.stacks.find(read.input.StackName))?.StackId)
    step = 'create'
  }
  return step === 'create' ? create(on, read) : update(on, read)
}

async function decide(on: Operation, replace: boolean): Promise<Step> {
  const { StackName } = on.job.configuration
  const status = (await on.stacks.find(StackName))?.StackStatus
  if (status === undefined || status === 'DELETE_COMPLETE') return 'create'
  if (!failedStates.includes(status)) return 'update'
  if (replace) on.ctx.log.line(`The stack is ${status}: it is deleted and made anew`)
  else on.ctx.log.line(`The stack is ${status}: only ActionMode REPLACE_ON_FAILURE deletes it and makes it anew`)
  return replace ? 'delete' : 'update'
}

async function create(on: Operation, read: ReadInput): Promise<Done> {
  const { StackName } = on.job.configuration
  const stackId = await on.begin(
    'create',
    StackName,
    () => on.isInEvents(StackName, 'create'),
    async (ClientRequestToken) => on.stacks.create({ ...(await whole(on, read)), ClientRequestToken }),
  )
  const stack = await watchStack(on, 'create', stackId)
  return { summary: `stack ${StackName}: created`, stackId, stack }
}

async function update(on: Operation, read: ReadInput): Promise<Done> {
  const { StackName } = on.job.configuration
  let changed = true
  const stackId = await on.begin(
    'update',
    StackName,
    () => on.isInEvents(StackName, 'update'),
    async (ClientRequestToken) => {
      const answer = await on.stacks.update({ ...(await whole(on, read)), ClientRequestToken })
      changed = answer !== 'nothing to do'
      return changed ? answer : undefined
    },
  )
  const stack = changed ? await watchStack(on, 'update', stackId) : await on.stacks.find(StackName)
  const summary = `stack ${StackName}: ${changed ? 'updated' : 'nothing to update'}`
  return { summary, stackId: stack?.StackId ?? stackId, ...defined({ stack }) }
}

/** DELETE_ONLY: that there is no such stack is what was asked for. */
export async function deleteOnly(on: Operation): Promise<Done> {
  const { StackName } = on.job.configuration
  const stackId = on.decided?.stackId ?? (await on.stacks.find(StackName))?.StackId
  if (stackId === undefined) return { summary: `stack ${StackName}: there is none` }
  await remove(on, stackId)
  return { summary: `stack ${StackName}: deleted`, stackId }
}

/** By its id: a deleted stack has no name any more. */
async function remove(on: Operation, stackId: string | undefined): Promise<void> {
  const { StackName, RoleArn } = on.job.configuration
  const id = await on.begin(
    'delete',
    stackId ?? StackName,
    () => on.isInEvents(stackId ?? StackName, 'delete'),
    async (token) => {
      await on.stacks.delete(stackId ?? StackName, token, RoleArn)
      return undefined
    },
  )
  await watchStack(on, 'delete', id)
}

async function whole(on: Operation, { template, input, stackPolicy }: ReadInput) {
  const source = await templateSource(template, on.config, on.settings, on.job.actionExecutionId)
  return { ...input, ...source, ...defined({ StackPolicyBody: stackPolicy }) }
}
