/** What a run is to do: which stages, from which sources. Pure. */
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../../domain/pipeline.js'
import { suggestion } from '../../host/nearest.js'
import { UsageError } from '../output.js'
import { workingCopyId } from './working-copy.js'

export interface PlanOptions {
  /** Stages to run besides the first; those before the first that deploys when empty. */
  readonly stages: readonly string[]
  /** Every stage. */
  readonly deploy: boolean
  /** Source actions to folders. */
  readonly sources: ReadonlyMap<string, string>
  readonly variables: readonly { readonly name: string; readonly value: string }[]
}

export interface Plan {
  readonly pipeline: PipelineDeclaration
  /** Stages that do not run, each with the reason. */
  readonly leftOut: readonly { readonly stage: StageDeclaration; readonly why: string }[]
}

/** Errors: UsageError naming the option, the value and what would be right. */
export function makePlan(pipeline: PipelineDeclaration, options: PlanOptions): Plan {
  checkStages(pipeline, options.stages)
  const [first, ...rest] = pipeline.stages
  const leftOut: { stage: StageDeclaration; why: string }[] = []
  const barrier = barrierOf(rest)
  const kept = rest.filter((stage, at) => {
    const why = whyNot(stage, at, barrier, options)
    if (why !== undefined) leftOut.push({ stage, why })
    return why === undefined
  })
  const { triggers: _, ...declaration } = pipeline // a run is started by hand
  const stages = [...(first ? [withSources(first, options.sources)] : []), ...kept]
  return { pipeline: { ...declaration, ...variablesOf(pipeline, options.variables), stages }, leftOut }
}

/** The first stage that deploys, or that only asks whether the next one may. */
function barrierOf(stages: readonly StageDeclaration[]): number {
  let at = stages.findIndex(deploys)
  while (at > 0 && onlyAsks(stages[at - 1])) at--
  return at
}

function onlyAsks(stage: StageDeclaration | undefined): boolean {
  return stage?.actions.every((action) => action.actionTypeId.category === 'Approval') ?? false
}

const deploys = ({ actions }: StageDeclaration) => actions.some((action) => action.actionTypeId.category === 'Deploy')

/** What comes after a deployment that is left out would work on what was deployed before: so it is left out, too. */
function whyNot(
  stage: StageDeclaration,
  at: number,
  barrier: number,
  { stages, deploy }: PlanOptions,
): string | undefined {
  if (deploy) return undefined
  if (stages.length > 0) return stages.includes(stage.name) ? undefined : 'not among --stage'
  if (barrier < 0 || at < barrier) return undefined
  if (deploys(stage)) return `deploys: --deploy or --stage ${stage.name} runs it`
  return onlyAsks(stage) ? 'asks about a deployment' : 'comes after a deployment'
}

function checkStages({ stages }: PipelineDeclaration, named: readonly string[]): void {
  const known = stages.map((stage) => stage.name)
  const wrong = named.find((name) => !known.includes(name))
  if (wrong !== undefined)
    throw new UsageError(`--stage is '${wrong}', which the pipeline does not have${suggestion(wrong, known)}`)
}

function withSources(stage: StageDeclaration, sources: ReadonlyMap<string, string>): StageDeclaration {
  const known = stage.actions.map((action) => action.name)
  const wrong = [...sources.keys()].find((name) => !known.includes(name))
  if (wrong !== undefined)
    throw new UsageError(`--source names '${wrong}', which is no source of the pipeline${suggestion(wrong, known)}`)
  return {
    ...stage,
    actions: stage.actions.map((action) => {
      const folder = sources.get(action.name)
      return folder === undefined ? action : fromFolder(action, folder)
    }),
  }
}

function fromFolder(action: ActionDeclaration, folder: string): ActionDeclaration {
  const { region: _, roleArn: __, ...rest } = action
  return { ...rest, actionTypeId: workingCopyId, configuration: { Folder: folder } }
}

function variablesOf(
  { variables = [] }: PipelineDeclaration,
  given: PlanOptions['variables'],
): Partial<Pick<PipelineDeclaration, 'variables'>> {
  const known = variables.map(({ name }) => name)
  const wrong = given.find(({ name }) => !known.includes(name))
  if (wrong)
    throw new UsageError(
      `--variable names '${wrong.name}', which the pipeline does not have${suggestion(wrong.name, known)}`,
    )
  if (variables.length === 0) return {}
  const values = new Map(given.map(({ name, value }) => [name, value]))
  return {
    variables: variables.map((variable) => {
      const value = values.get(variable.name)
      return value === undefined ? variable : { ...variable, defaultValue: value }
    }),
  }
}
