import { withClient } from '../api/connect.js'
import { print } from '../output.js'
import type { VerbOptions } from './options.js'
import { pickStage, stateOf } from './pick.js'

export interface TransitionOptions extends VerbOptions {
  readonly outbound?: boolean
  readonly reason?: string
}

/** `penstock enable PIPELINE STAGE` and `penstock disable PIPELINE STAGE --reason TEXT`: the way into a stage, or out of it. */
export async function setTransition(
  verb: 'enable' | 'disable',
  pipelineName: string,
  stageName: string,
  options: TransitionOptions,
): Promise<void> {
  const transitionType = options.outbound ? 'Outbound' : 'Inbound'
  await withClient(options, async (client) => {
    pickStage(await stateOf(client, pipelineName), stageName)
    const door = { pipelineName, stageName, transitionType } as const
    if (verb === 'enable') await client.enableStageTransition(door)
    else await client.disableStageTransition({ ...door, reason: options.reason ?? '' })
  })
  const way = options.outbound ? 'out of' : 'into'
  print(options.output, { pipelineName, stageName, transitionType, enabled: verb === 'enable' }, () => [
    `the transition ${way} ${stageName} of ${pipelineName} is ${verb}d`,
  ])
}
