import { type ActionProvider, defineAction, JobFailed } from '@penstock/core'
import { elsewhere, type TypeElsewhere } from './types.js'

/** A declaration that every pipeline may use, and whose jobs fail with what to put in their place. */
function standIn({ secrets = [], ...type }: TypeElsewhere): ActionProvider {
  const secret = secrets.map((name) => [name, { description: 'A secret of the other service', secret: true }] as const)
  return defineAction({
    ...type,
    inputArtifacts: [0, 5],
    outputArtifacts: type.category === 'Source' ? 1 : [0, 5],
    configuration: Object.fromEntries(secret),
    async run() {
      throw new JobFailed(type.instead, 'ConfigurationError')
    },
  })
}

/** All of them. */
export const standIns: readonly ActionProvider[] = elsewhere.map(standIn)
