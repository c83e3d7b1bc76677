import { actionTypeKey } from '../domain/action-type.js'
import type { FaultDetail } from '../domain/faults.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import type { TypeCatalogue } from './engine.js'

/** Each action of a type that pipelines may have and nothing here runs: where, and what to put in its place. */
export function typeWarnings(types: Pick<TypeCatalogue, 'instead'>, { stages }: PipelineDeclaration): FaultDetail[] {
  return stages.flatMap(({ actions }, s) =>
    actions.flatMap(({ actionTypeId }, a) => {
      const instead = types.instead?.(actionTypeId)
      if (instead === undefined) return []
      return [
        {
          path: `stages[${s}].actions[${a}].actionTypeId`,
          message: `${actionTypeKey(actionTypeId)} does not run here, so this action will fail: ${instead}`,
        },
      ]
    }),
  )
}
