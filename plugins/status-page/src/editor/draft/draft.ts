import type { ActionTypeId, PipelineDeclaration } from '@penstock/core'
import { optional, Posted } from './posted.js'
import { readStage } from './read-stage.js'
import { readTrigger } from './read-trigger.js'

/**
 * A pipeline while it is being written: the declaration itself, which may still be incomplete. The form's fields are
 * named by their place in it (`stages[2].actions[1].configuration.Branch`), which is also how problems name places.
 * What the form does not draw travels in hidden fields called `rest`, so that nothing is lost.
 */
export type Draft = PipelineDeclaration

/** `Build/AWS/CodeBuild/1`, as the choice of an action's type has it. */
export function typeText({ category, owner, provider, version }: ActionTypeId): string {
  return [category, owner, provider, version].join('/')
}

/** The declaration that a posted form describes. Fields that were left empty are left out. */
export function readDraft(form: URLSearchParams): Draft {
  const posted = new Posted(form)
  const rest = posted.rest('')
  const bucket = posted.text('artifactStore.location')
  const variables = posted.places('variables').map((at) => ({
    name: posted.text(`${at}.name`) ?? '',
    ...optional('defaultValue', posted.text(`${at}.defaultValue`)),
    ...optional('description', posted.text(`${at}.description`)),
  }))
  const triggers = posted.places('triggers').map((at) => readTrigger(posted, at))
  return {
    name: posted.text('name') ?? '',
    roleArn: posted.text('roleArn') ?? '',
    ...rest,
    ...optional('executionMode', posted.text('executionMode') as Draft['executionMode']),
    ...optional('pipelineType', posted.text('pipelineType') as Draft['pipelineType']),
    ...(bucket && { artifactStore: { ...(rest.artifactStore as object), type: 'S3', location: bucket } as const }),
    ...(variables.length > 0 && { variables }),
    ...(triggers.length > 0 && { triggers }),
    stages: posted.places('stages').map((at) => readStage(posted, at)),
  }
}
