/** Which variable references a pipeline may hold, judged when it is created or updated (V1-V3). Pure. */
import type { ActionDeclaration, PipelineDeclaration, RuleDeclaration, StageDeclaration } from './pipeline.js'
import { references, reservedNamespaces, type VariableReference } from './variables.js'

/** One thing that is wrong, and where: a stage's and action's (or rule's) name. */
export interface VariableProblem {
  readonly stageName: string
  readonly actionName: string
  readonly message: string
}

/** All problems with namespaces and references, in the pipeline's order; none is an empty list. */
export function checkVariables(pipeline: PipelineDeclaration): VariableProblem[] {
  return [...checkNamespaces(pipeline), ...checkReferences(pipeline)]
}

interface Placed {
  readonly stage: StageDeclaration
  readonly action: ActionDeclaration
}

function placedActions(pipeline: PipelineDeclaration): Placed[] {
  return pipeline.stages.flatMap((stage) => stage.actions.map((action) => ({ stage, action })))
}

/** V2: a namespace is one action's own, is not reserved, and is no artifact's name. */
function checkNamespaces(pipeline: PipelineDeclaration): VariableProblem[] {
  const actions = placedActions(pipeline)
  const artifacts = new Set(actions.flatMap(({ action }) => (action.outputArtifacts ?? []).map(({ name }) => name)))
  const owners = new Map<string, Placed>()
  const problems: VariableProblem[] = []
  for (const placed of actions) {
    const { namespace } = placed.action
    if (namespace === undefined) continue
    const owner = owners.get(namespace)
    const reason = refusal(namespace, artifacts, owner)
    if (reason !== undefined) problems.push(problem(placed, `The namespace '${namespace}' ${reason}`))
    if (owner === undefined) owners.set(namespace, placed)
  }
  return problems
}

function refusal(namespace: string, artifacts: ReadonlySet<string>, owner: Placed | undefined): string | undefined {
  if (reservedNamespaces.some((reserved) => reserved === namespace)) return 'is reserved: choose another name'
  if (artifacts.has(namespace)) return "is also an artifact's name: a namespace must differ from every artifact"
  if (owner === undefined) return undefined
  return `is already used by action '${owner.action.name}' in stage '${owner.stage.name}': it must be unique in the pipeline`
}

/** Namespaces that have their values at some point of the pipeline: by stage index and runOrder of their action. */
interface Produced {
  readonly stage: number
  readonly runOrder: number
}

/** Where a reference stands: it may use what is produced in an earlier stage, or in this one before `runOrder`. */
type Place = Produced

/** V1, V3: every reference is to a declared variable, or to an action that is over by then. */
function checkReferences(pipeline: PipelineDeclaration): VariableProblem[] {
  const produced = new Map<string, Produced>()
  pipeline.stages.forEach((stage, index) => {
    for (const { namespace, runOrder = 1 } of stage.actions) {
      if (namespace !== undefined && !produced.has(namespace)) produced.set(namespace, { stage: index, runOrder })
    }
  })
  const judge = (wanted: VariableReference, at: Place) => judgeReference(wanted, at, produced, pipeline)
  return pipeline.stages.flatMap((stage, index) => [
    ...checkRules(stage, 'beforeEntry', { stage: index, runOrder: 0 }, judge),
    ...stage.actions.flatMap((action) =>
      checkTexts(stage, action.name, textsOf(action), { stage: index, runOrder: action.runOrder ?? 1 }, judge),
    ),
    // Judged once the stage's actions have ended. After a failure some may have no values; the rule then says so itself.
    ...checkRules(stage, 'onSuccess', { stage: index, runOrder: Number.POSITIVE_INFINITY }, judge),
    ...checkRules(stage, 'onFailure', { stage: index, runOrder: Number.POSITIVE_INFINITY }, judge),
  ])
}

type Judge = (wanted: VariableReference, at: Place) => string | undefined

function judgeReference(
  { namespace, key }: VariableReference,
  at: Place,
  produced: ReadonlyMap<string, Produced>,
  pipeline: PipelineDeclaration,
): string | undefined {
  if (namespace === 'codepipeline') {
    return key === 'PipelineExecutionId' ? undefined : 'codepipeline has only PipelineExecutionId'
  }
  if (namespace === 'variables') {
    const names = (pipeline.variables ?? []).map(({ name }) => name)
    if (names.includes(key)) return undefined
    return `the pipeline declares ${names.length === 0 ? 'no variables' : `only the variables ${names.join(', ')}`}`
  }
  const source = produced.get(namespace)
  if (source === undefined) return `no action of the pipeline has the namespace '${namespace}'`
  const over = source.stage < at.stage || (source.stage === at.stage && source.runOrder < at.runOrder)
  if (over) return undefined
  return `the action with the namespace '${namespace}' does not run before: it must be in an earlier stage, or have a lower runOrder in the same stage`
}

function textsOf(action: ActionDeclaration): [property: string, text: string][] {
  return [
    ...Object.entries(action.configuration ?? {}),
    ...(action.environmentVariables ?? []).map(({ name, value }): [string, string] => [name, value]),
  ]
}

function checkTexts(
  stage: StageDeclaration,
  actionName: string,
  texts: readonly [property: string, text: string][],
  at: Place,
  judge: Judge,
): VariableProblem[] {
  const problems: VariableProblem[] = []
  for (const [property, text] of texts) {
    for (const wanted of references(text)) {
      const reason = judge(wanted, at)
      if (reason === undefined) continue
      const message = `${property} refers to #{${wanted.namespace}.${wanted.key}}, but ${reason}`
      problems.push({ stageName: stage.name, actionName, message })
    }
  }
  return problems
}

function checkRules(
  stage: StageDeclaration,
  moment: 'beforeEntry' | 'onSuccess' | 'onFailure',
  at: Place,
  judge: Judge,
): VariableProblem[] {
  const rules: RuleDeclaration[] = (stage[moment]?.conditions ?? []).flatMap(({ rules = [] }) => [...rules])
  return rules.flatMap((rule) => checkTexts(stage, rule.name, Object.entries(rule.configuration ?? {}), at, judge))
}

function problem({ stage, action }: Placed, message: string): VariableProblem {
  return { stageName: stage.name, actionName: action.name, message }
}
