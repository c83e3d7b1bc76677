import type { ActionDeclaration, StageDeclaration } from '../../domain/pipeline.js'
import { paint } from '../terminal/paint.js'
import { table } from '../terminal/table.js'
import type { Plan } from './plan.js'
import { workingCopyId } from './working-copy.js'

/** The plan as a table: what runs, and what does not and why. */
export function showPlan({ pipeline, leftOut }: Plan, approves: boolean): string[] {
  const rows = [
    ...pipeline.stages.flatMap((stage) => rowsOf(stage, (action) => noteOf(action, approves))),
    ...leftOut.flatMap(({ stage, why }) => rowsOf(stage, () => `left out: ${why}`)),
  ]
  return [
    `${paint.bold(pipeline.name)} runs on this machine:`,
    ...table([['STAGE', 'ACTION', 'TYPE', 'NOTE'], ...rows]),
  ]
}

function rowsOf({ name, actions }: StageDeclaration, note: (action: ActionDeclaration) => string): string[][] {
  return actions.map((action) => {
    const { category, provider } = action.actionTypeId
    return [name, action.name, `${category} by ${provider}`, note(action)]
  })
}

function noteOf({ actionTypeId, configuration = {} }: ActionDeclaration, approves: boolean): string {
  if (actionTypeId.provider === workingCopyId.provider) return configuration.Folder ?? ''
  if (actionTypeId.category === 'Approval') return approves ? 'approved by itself' : 'asks here'
  return actionTypeId.category === 'Deploy' ? paint.yellow('deploys') : ''
}
