import type { Engine } from '../engine/engine.js'
import { webhookArn } from '../engine/names.js'
import { startExecution } from '../engine/start-execution.js'
import { webhookByPath, webhookCame } from '../engine/webhooks.js'
import type { WebhookService } from '../host/services.js'

/** What the receiving endpoint asks of the engine (W2, W3). */
export function createWebhookService(engine: Engine): WebhookService {
  return {
    async find(secretPath) {
      const stored = await webhookByPath(engine, secretPath)
      if (!stored) return undefined
      const { definition } = stored
      const pipeline = await engine.store.read.pipeline(definition.targetPipeline)
      const sources = pipeline?.declaration.stages[0]?.actions ?? []
      const action = sources.find((one) => one.name === definition.targetAction)
      if (!action) return undefined
      return { definition, arn: webhookArn(engine, definition.name), configuration: action.configuration ?? {} }
    },
    came: (name, problem) => webhookCame(engine, name, problem),
    async start({ definition, arn }) {
      const trigger = { triggerType: 'Webhook', triggerDetail: arn } as const
      return { pipelineExecutionId: await startExecution(engine, definition.targetPipeline, { trigger }) }
    },
  }
}
