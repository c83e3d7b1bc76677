import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '@penstock/core'

/** What the form does not draw of a pipeline: triggers, several artifact stores, encryption, tags. */
export function pipelineRest(pipeline: PipelineDeclaration): string {
  const { name, roleArn, executionMode, pipelineType, variables, stages, version, ...rest } = pipeline
  return JSON.stringify(rest)
}

/** What the form does not draw of a stage: its conditions, and failure rules beyond a plain result. */
export function stageRest(stage: StageDeclaration): string {
  const { name, actions, onFailure, ...rest } = stage
  return JSON.stringify(isPlainFailure(stage) ? rest : { ...rest, onFailure })
}

/** True when the form's own choice says all that there is about failures. */
export function isPlainFailure({ onFailure }: StageDeclaration): boolean {
  if (!onFailure) return true
  return !onFailure.conditions && !onFailure.retryConfiguration
}

/** What the form does not draw of an action: region, role, environment, exported variables, the files of outputs. */
export function actionRest(action: ActionDeclaration): string {
  const {
    name,
    actionTypeId,
    runOrder,
    configuration,
    inputArtifacts,
    namespace,
    timeoutInMinutes,
    commands,
    ...rest
  } = action
  return JSON.stringify(rest)
}

/** Names of what a pipeline has and the form does not draw, for the reader to know. */
export function undrawn(pipeline: PipelineDeclaration): string[] {
  const actions = pipeline.stages.flatMap((stage) => stage.actions)
  const found: [string, boolean][] = [
    ['triggers', (pipeline.triggers?.length ?? 0) > 0],
    ['artifact stores by region', pipeline.artifactStores !== undefined],
    [
      'stage conditions',
      pipeline.stages.some((stage) => stage.beforeEntry || stage.onSuccess || !isPlainFailure(stage)),
    ],
    ['environment variables', actions.some((action) => (action.environmentVariables?.length ?? 0) > 0)],
    ['roles or regions of actions', actions.some((action) => action.roleArn || action.region)],
  ]
  return found.filter(([, has]) => has).map(([name]) => name)
}
