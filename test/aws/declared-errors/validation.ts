/** Every operation refuses what the model's constraints exclude: mostly a required member that is not there. */
import { operationNames } from '../../../plugins/aws-api/test/support/operations.js'
import type { Row } from './row.js'

/** Of operations that need no member. */
const wrong: Readonly<Record<string, object>> = {
  DeregisterWebhookWithThirdParty: { webhookName: '' },
  ListActionTypes: { regionFilter: 'x' },
  ListPipelines: { maxResults: 0 },
  ListRuleTypes: { regionFilter: 'x' },
  ListWebhooks: { MaxResults: 0 },
  RegisterWebhookWithThirdParty: { webhookName: '' },
}

export const validation: readonly Row[] = operationNames.map((name) => [
  name,
  'ValidationException',
  () => wrong[name] ?? {},
])
