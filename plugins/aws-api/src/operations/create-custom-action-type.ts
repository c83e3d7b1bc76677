import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { category, configurationProperties, provider, settings, version } from '../schemas/action-type.js'
import { artifactDetails } from '../schemas/artifact.js'
import { tags } from '../schemas/tag.js'

/** Declares an action type whose jobs workers outside poll for (J1, J2). */
export const createCustomActionType = operation({
  name: 'CreateCustomActionType',
  input: structure(
    { category, provider, version, inputArtifactDetails: artifactDetails, outputArtifactDetails: artifactDetails },
    { settings, configurationProperties, tags },
  ),
  resource: ({ category, provider, version }, arns) =>
    arns.actionType({ owner: 'Custom', category, provider, version }),
  changes: true,
  call: (operations, by, input) => operations.createCustomActionType(by, input),
})
