import type { ActionDeclaration, PipelineDeclaration } from '../pipeline.js'
import { checkName } from './limits.js'
import type { Problems } from './problem.js'

interface Placed {
  readonly at: Problems
  readonly stage: number
  readonly order: number
  readonly action: ActionDeclaration
}

/** S5: output names are the pipeline's own, and an input is what a preceding action puts out. */
export function checkArtifacts(all: Problems, { stages }: PipelineDeclaration): void {
  const placed = stages.flatMap((stage, stageIndex) =>
    stage.actions.map(
      (action, index): Placed => ({
        at: all.at('stages', stageIndex, 'actions', index),
        stage: stageIndex,
        order: action.runOrder ?? 1,
        action,
      }),
    ),
  )
  const makers = new Map<string, Placed>()
  for (const place of placed) collectOutputs(place, makers)
  for (const place of placed) checkInputs(place, makers)
}

function collectOutputs(place: Placed, makers: Map<string, Placed>): void {
  ;(place.action.outputArtifacts ?? []).forEach(({ name }, index) => {
    const at = place.at.at('outputArtifacts', index, 'name')
    checkName(at, 'artifact', name)
    const other = makers.get(name)
    if (other) {
      at.as('InvalidStructureException').add(
        `Output Artifact Bundle name must be unique within the pipeline. '${name}' of action '${place.action.name}' is already put out by action '${other.action.name}'`,
      )
    } else makers.set(name, place)
  })
}

function checkInputs(place: Placed, makers: ReadonlyMap<string, Placed>): void {
  ;(place.action.inputArtifacts ?? []).forEach(({ name }, index) => {
    const at = place.at.at('inputArtifacts', index, 'name')
    checkName(at, 'artifact', name)
    const maker = makers.get(name)
    const precedes = maker && (maker.stage < place.stage || (maker.stage === place.stage && maker.order < place.order))
    if (precedes) return
    at.as('InvalidStructureException').add(
      `Input Artifact Bundle ${name} in action ${place.action.name} is not declared as Output Artifact Bundle in any of the preceding actions`,
    )
  })
}
