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
  for (const place of placed) checkInputs(place, `action ${place.action.name}`, place.action.inputArtifacts, makers)
  for (const rule of placedRules(all, stages)) checkInputs(rule, `rule ${rule.name}`, rule.inputs, makers)
}

/** Rules take what is there when their condition is judged: before a stage, or after it. */
function placedRules(all: Problems, stages: PipelineDeclaration['stages']) {
  return stages.flatMap((stage, index) =>
    (['beforeEntry', 'onSuccess', 'onFailure'] as const).flatMap((kind) =>
      (stage[kind]?.conditions ?? []).flatMap(({ rules = [] }, condition) =>
        rules.map(({ name, inputArtifacts }, rule) => ({
          at: all.at('stages', index, kind, 'conditions', condition, 'rules', rule),
          stage: index,
          order: kind === 'beforeEntry' ? 0 : Number.POSITIVE_INFINITY,
          name,
          inputs: inputArtifacts,
        })),
      ),
    ),
  )
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

function checkInputs(
  place: Pick<Placed, 'at' | 'stage' | 'order'>,
  who: string,
  inputs: ActionDeclaration['inputArtifacts'],
  makers: ReadonlyMap<string, Placed>,
): void {
  ;(inputs ?? []).forEach(({ name }, index) => {
    const at = place.at.at('inputArtifacts', index, 'name')
    checkName(at, 'artifact', name)
    const maker = makers.get(name)
    const precedes = maker && (maker.stage < place.stage || (maker.stage === place.stage && maker.order < place.order))
    if (precedes) return
    at.as('InvalidStructureException').add(
      `Input Artifact Bundle ${name} in ${who} is not declared as Output Artifact Bundle in any of the preceding actions`,
    )
  })
}
