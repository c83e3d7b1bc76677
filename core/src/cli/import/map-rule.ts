/** One rule of a condition as Penstock's plugins have it. */
import type { ConditionDeclaration, RuleDeclaration, RuleTypeId, StageDeclaration } from '../../domain/pipeline.js'
import type { RuleShape } from '../../domain/validation/rule.js'
import type { Report } from './report.js'

/** What is known of rules: nothing of one that there is not. */
export interface KnownRules {
  describeRule(id: RuleTypeId): RuleShape | undefined
}

/** The command that does about the same, where there is one. */
const suggestions: Readonly<Record<string, (configuration: Readonly<Record<string, string>>) => string>> = {
  CloudWatchAlarm: ({ AlarmName = 'ALARM' }) =>
    `test "$(aws cloudwatch describe-alarms --alarm-names ${AlarmName} --query 'MetricAlarms[0].StateValue' --output text)" = OK`,
  CodeBuild: ({ ProjectName = 'PROJECT' }) => `aws codebuild start-build --project-name ${ProjectName}`,
}

/** A stage's conditions, with a note for each rule that cannot stay as it is. */
export function mapConditions(
  stage: StageDeclaration,
  path: string,
  known: KnownRules,
  report: Report,
): StageDeclaration {
  const mapped = (conditions: readonly ConditionDeclaration[], at: string) =>
    conditions.map((condition, c) => ({
      ...condition,
      rules: (condition.rules ?? []).map((rule, r) =>
        mapRule(rule, `${at}.conditions[${c}].rules[${r}]`, known, report),
      ),
    }))
  const { beforeEntry, onSuccess, onFailure } = stage
  return {
    ...stage,
    ...(beforeEntry && { beforeEntry: { conditions: mapped(beforeEntry.conditions, `${path}.beforeEntry`) } }),
    ...(onSuccess && { onSuccess: { conditions: mapped(onSuccess.conditions, `${path}.onSuccess`) } }),
    ...(onFailure?.conditions && {
      onFailure: { ...onFailure, conditions: mapped(onFailure.conditions, `${path}.onFailure`) },
    }),
  }
}

function mapRule(given: RuleDeclaration, path: string, known: KnownRules, report: Report): RuleDeclaration {
  const { region, ...rule } = given
  if (region !== undefined)
    report.add('dropped', `${path}.region`, `was ${region}: every rule is judged by this server's workers`)
  if (known.describeRule(rule.ruleTypeId)) return rule
  const { provider } = rule.ruleTypeId
  const suggestion = suggestions[provider]?.(rule.configuration ?? {})
  report.add(
    'todo',
    path,
    `no plugin provides the rule ${provider}: commands that fail stand in, so the condition does not hold; write what it checks${suggestion === undefined ? '' : `, such as \`${suggestion}\``}`,
  )
  const { configuration: _, ruleTypeId: __, ...rest } = rule
  const commands = [
    `echo 'not imported yet: the rule ${provider}' >&2`,
    ...(suggestion === undefined ? [] : [`# ${suggestion.replace(/\s+/g, ' ')}`]),
    'exit 1',
  ]
  return { ...rest, ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'Commands', version: '1' }, commands }
}
