import type { ActionTypeId } from './action-type.js'
import type { ConditionKind } from './condition.js'
import type { ConditionDeclaration, PipelineDeclaration, RuleTypeId, StageDeclaration } from './pipeline.js'

export type Configuration = Readonly<Record<string, string>>

/** Whose configuration it is. */
export interface ConfigurationPlace {
  /** An action's type or, with the category `Rule`, a rule's. */
  readonly type: ActionTypeId | RuleTypeId
  /** One text for each action and each rule of a pipeline: `actionPath`, `rulePath`. */
  readonly path: string
}

export function actionPath(stageName: string, actionName: string): string {
  return `${stageName}/actions/${actionName}`
}

export function rulePath(stageName: string, kind: ConditionKind, ruleName: string): string {
  return `${stageName}/${kind}/${ruleName}`
}

type Change = (configuration: Configuration, place: ConfigurationPlace) => Configuration

/** The structure with each action's and each rule's configuration replaced by what `change` makes of it. */
export function mapConfigurations(pipeline: PipelineDeclaration, change: Change): PipelineDeclaration {
  return { ...pipeline, stages: pipeline.stages.map((stage) => mapStage(stage, change)) }
}

function mapStage(stage: StageDeclaration, change: Change): StageDeclaration {
  const { beforeEntry, onSuccess, onFailure } = stage
  const mapped = <T extends { readonly conditions?: readonly ConditionDeclaration[] }>(kind: ConditionKind, gate: T) =>
    gate.conditions ? { ...gate, conditions: mapConditions(gate.conditions, stage.name, kind, change) } : gate
  return {
    ...stage,
    actions: stage.actions.map((action) => {
      if (!action.configuration) return action
      const place = { type: action.actionTypeId, path: actionPath(stage.name, action.name) }
      return { ...action, configuration: change(action.configuration, place) }
    }),
    ...(beforeEntry ? { beforeEntry: mapped('beforeEntry', beforeEntry) } : {}),
    ...(onSuccess ? { onSuccess: mapped('onSuccess', onSuccess) } : {}),
    ...(onFailure ? { onFailure: mapped('onFailure', onFailure) } : {}),
  }
}

function mapConditions(
  conditions: readonly ConditionDeclaration[],
  stageName: string,
  kind: ConditionKind,
  change: Change,
): ConditionDeclaration[] {
  return conditions.map((condition) => {
    if (!condition.rules) return condition
    const rules = condition.rules.map((rule) => {
      if (!rule.configuration) return rule
      const place = { type: rule.ruleTypeId, path: rulePath(stageName, kind, rule.name) }
      return { ...rule, configuration: change(rule.configuration, place) }
    })
    return { ...condition, rules }
  })
}
