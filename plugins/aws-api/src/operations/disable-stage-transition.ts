import { structure, text } from '../model/shape.js'
import { operation } from '../operation.js'
import { stageRef, transitionType } from '../schemas/execution.js'

/** Closes the door of a stage (T1, T2). */
export const disableStageTransition = operation({
  name: 'DisableStageTransition',
  input: structure({
    ...stageRef,
    transitionType,
    reason: text({ min: 1, max: 300, pattern: '[a-zA-Z0-9!@ \\(\\)\\.\\*\\?\\-]+' }),
  }),
  resource: (input, arns) => arns.stage(input),
  changes: true,
  silent: true,
  call: (operations, by, input) => operations.disableStageTransition(by, input),
})
