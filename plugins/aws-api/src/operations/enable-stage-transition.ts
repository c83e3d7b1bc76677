import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { stageRef, transitionType } from '../schemas/execution.js'

/** Opens the door of a stage (T1). */
export const enableStageTransition = operation({
  name: 'EnableStageTransition',
  input: structure({ ...stageRef, transitionType }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  silent: true,
  call: (operations, by, input) => operations.enableStageTransition(by, input),
})
