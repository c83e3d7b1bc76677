import type { LiveAction, PrincipalOperations } from '@penstock/core'

/** What stands between a reader and a pending approval: nothing, or why it is not theirs to give. */
export type Answerable = 'yes' | 'no right' | 'not named' | 'has approved'

/** Whether an approval waits for this reader: by policy, by the people it names, and by who has said yes already (A5). */
export function answerable(operations: PrincipalOperations, pipelineName: string, action: LiveAction): Answerable {
  const { stageName, actionName, approval } = action
  if (!operations.may('putApprovalResult', { pipelineName, stageName, actionName })) return 'no right'
  const { arn } = operations.principal
  const { of, given = [] } = approval?.standing ?? {}
  if (of && !of.includes(arn.split('/').at(-1) ?? arn)) return 'not named'
  return given.some(({ by }) => by === arn) ? 'has approved' : 'yes'
}
