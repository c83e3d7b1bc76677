import { list, oneOf, structure, text } from '../../shape/shape.js'
import { actionName, pipelineName, webhookName } from './names.js'

/** A webhook with its authentication and filters (W1, W2). */
export const webhook = structure({
  name: webhookName,
  targetPipeline: pipelineName,
  targetAction: actionName,
  filters: list(structure({ jsonPath: text({ min: 1, max: 150 }) }, { matchEquals: text({ min: 1, max: 150 }) }), {
    max: 5,
  }),
  authentication: oneOf('GITHUB_HMAC', 'IP', 'UNAUTHENTICATED'),
  authenticationConfiguration: structure(
    {},
    { AllowedIPRange: text({ min: 1, max: 100 }), SecretToken: text({ min: 1, max: 100 }) },
  ),
})
