import type { ActionDeclaration, PipelineDeclaration, RuleDeclaration, StageDeclaration } from '@penstock/core'

/** What the form does not draw of a pipeline: several artifact stores, encryption. */
export function pipelineRest(pipeline: PipelineDeclaration): string {
  const { name, roleArn, executionMode, pipelineType, variables, triggers, stages, version, ...rest } = pipeline
  return JSON.stringify(rest)
}

/** What the form does not draw of a stage: blockers. */
export function stageRest(stage: StageDeclaration): string {
  const { name, actions, beforeEntry, onSuccess, onFailure, ...rest } = stage
  return JSON.stringify(rest)
}

/** What the form does not draw of an action: the files of outputs. */
export function actionRest({ outputArtifacts, ...action }: ActionDeclaration): string {
  const withFiles = (outputArtifacts ?? []).filter((each) => Object.keys(each).length > 1)
  const rest = Object.entries(action).filter(([member]) => !drawnOfAction.has(member))
  return JSON.stringify({ ...Object.fromEntries(rest), ...(withFiles.length > 0 && { outputArtifacts: withFiles }) })
}

const drawnOfAction: ReadonlySet<string> = new Set<keyof ActionDeclaration>([
  'name',
  'actionTypeId',
  'runOrder',
  'configuration',
  'inputArtifacts',
  'namespace',
  'timeoutInMinutes',
  'commands',
  'environmentVariables',
  'outputVariables',
  'roleArn',
  'region',
])

/** What the form does not draw of a rule: its role and region, and the owner and version of its type. */
export function ruleRest(rule: RuleDeclaration): string {
  const { name, configuration, commands, inputArtifacts, timeoutInMinutes, ...rest } = rule
  return JSON.stringify(rest)
}

/** Names of what a pipeline has and the form does not draw, for the reader to know. */
export function undrawn(pipeline: PipelineDeclaration): string[] {
  const { stages, artifactStore, artifactStores } = pipeline
  const outputs = stages.flatMap(({ actions }) => actions.flatMap(({ outputArtifacts }) => outputArtifacts ?? []))
  const found: [string, boolean][] = [
    ['artifact stores by region', artifactStores !== undefined],
    ['an encryption key', artifactStore?.encryptionKey !== undefined],
    ['stage blockers', stages.some(({ blockers }) => (blockers?.length ?? 0) > 0)],
    ['the files of output artifacts', outputs.some(({ files }) => files !== undefined)],
  ]
  return found.filter(([, has]) => has).map(([name]) => name)
}
