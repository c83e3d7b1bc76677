/** What could only fail at run time is refused when a pipeline is saved: rules, regions, and members nobody looks at. */
import type { ActionTypeId } from '../../src/domain/action-type.js'
import type { PipelineDeclaration, RuleDeclaration, StageDeclaration } from '../../src/domain/pipeline.js'
import { asFault } from '../../src/domain/validation/problem.js'
import { validatePipeline } from '../../src/domain/validation/structure.js'
import { lookup } from '../../src/engine/define-pipeline.js'
import { action, bench, me, pipeline, stage, testCatalogue, typeIds } from './support.js'

const property = (name: string, required: boolean) => ({ name, required, key: false, secret: false })
const aws = (category: ActionTypeId['category'], provider: string): ActionTypeId => ({
  category,
  owner: 'AWS',
  provider,
  version: '1',
})
const provided = [aws('Build', 'CodeBuild'), aws('Compute', 'Commands'), aws('Source', 'CodeCommit')]
const rules = [
  { provider: 'DeploymentWindow', properties: [property('Cron', true), property('TimeZone', false)], inputs: 0 },
  { provider: 'Commands', properties: [], inputs: 5 },
].map(({ provider, properties, inputs }) => ({
  id: { category: 'Rule' as const, owner: 'AWS' as const, provider, version: '1' },
  ruleConfigurationProperties: properties,
  inputArtifactDetails: { minimumCount: 0, maximumCount: inputs },
}))
const base = testCatalogue()
const types = lookup({
  region: 'us-east-1',
  types: testCatalogue({
    describe: (id) =>
      base.describe(id) ??
      ((provided.some(({ provider }) => provider === id.provider)
        ? { ...base.describe(typeIds.build), id, actionConfigurationProperties: [] }
        : undefined) as never),
    listRules: () => rules,
    describeRule: ({ provider, version = '1' }) =>
      rules.find(({ id }) => id.provider === provider && id.version === version),
    judgeRule: (_id, { Cron }) => (Cron === 'not a cron' ? ['Cron has 3 fields'] : []),
  }),
})
const rule = (provider: string, more: Partial<RuleDeclaration> = {}): RuleDeclaration => ({
  name: 'Gate',
  ruleTypeId: { category: 'Rule', owner: 'AWS', provider, version: '1' },
  ...more,
})
const cron = { configuration: { Cron: '* * 9-17 ? * MON-FRI *' } }
const gated = (one: RuleDeclaration, kind: 'beforeEntry' | 'onSuccess' = 'beforeEntry') =>
  pipeline([stage('Build', ['a'], { [kind]: { conditions: [{ result: 'FAIL', rules: [one] }] } })])
const at = 'stages[1].beforeEntry.conditions[0].rules[0]'
const plain = stage('Build', ['a'])
const sourceStage = (more: Partial<StageDeclaration>): PipelineDeclaration => {
  const { stages, ...rest } = pipeline([plain])
  return { ...rest, stages: [{ ...(stages[0] as StageDeclaration), ...more }, plain] }
}

test.each<{ it: string; structure: PipelineDeclaration; path: string; code: string; says: string }>([
  {
    it: 'a rule that nobody knows, with those there are',
    structure: gated(rule('Moonphase')),
    path: `${at}.ruleTypeId`,
    code: 'InvalidStageDeclarationException',
    says: "Rule type (Provider: 'Moonphase', Version: '1') in rule 'Gate' is not provided by any plugin here: there are DeploymentWindow, Commands",
  },
  {
    it: "a rule of AWS's that is not provided, with what takes its place",
    structure: gated(rule('CloudWatchAlarm', { configuration: { AlarmName: 'a' } })),
    path: `${at}.ruleTypeId`,
    code: 'InvalidStageDeclarationException',
    says: 'use the rule Commands with `aws cloudwatch describe-alarms`',
  },
  {
    it: 'a version of a rule that there is not',
    structure: gated(rule('Commands', { ruleTypeId: { category: 'Rule', provider: 'Commands', version: '2' } })),
    path: `${at}.ruleTypeId`,
    code: 'InvalidStageDeclarationException',
    says: "Version: '2'",
  },
  {
    it: 'a rule without what it needs',
    structure: gated(rule('DeploymentWindow')),
    path: `${at}.configuration.Cron`,
    code: 'InvalidStageDeclarationException',
    says: "is missing required configuration 'Cron'",
  },
  {
    it: 'a property that a rule has not',
    structure: gated(rule('DeploymentWindow', { configuration: { ...cron.configuration, Zone: 'UTC' } })),
    path: `${at}.configuration.Zone`,
    code: 'InvalidStageDeclarationException',
    says: "unknown configuration 'Zone' (known: Cron, TimeZone)",
  },
  {
    it: 'what the rule itself refuses',
    structure: gated(rule('DeploymentWindow', { configuration: { Cron: 'not a cron' } })),
    path: `${at}.configuration`,
    code: 'InvalidStageDeclarationException',
    says: "Rule configuration for rule 'Gate': Cron has 3 fields",
  },
  {
    it: 'a rule of commands without any',
    structure: gated(rule('Commands')),
    path: at,
    code: 'InvalidStageDeclarationException',
    says: "The rule 'Gate' has no commands to run",
  },
  {
    it: 'commands that a rule does not run',
    structure: gated(rule('DeploymentWindow', { ...cron, commands: ['true'] })),
    path: `${at}.commands`,
    code: 'InvalidStageDeclarationException',
    says: 'the rule DeploymentWindow runs none',
  },
  {
    it: 'an input that a rule does not take',
    structure: gated(rule('DeploymentWindow', { ...cron, inputArtifacts: [{ name: 'tree' }] })),
    path: `${at}.inputArtifacts`,
    code: 'InvalidStageDeclarationException',
    says: 'has 1 input artifacts, and its rule type takes 0',
  },
  {
    it: 'an input of a rule that nobody puts out before it',
    structure: gated(rule('Commands', { commands: ['true'], inputArtifacts: [{ name: 'ghost' }] })),
    path: `${at}.inputArtifacts[0].name`,
    code: 'InvalidStructureException',
    says: 'Input Artifact Bundle ghost in rule Gate is not declared',
  },
  {
    it: 'a time limit of four minutes for a rule',
    structure: gated(rule('Commands', { commands: ['true'], timeoutInMinutes: 4 })),
    path: `${at}.timeoutInMinutes`,
    code: 'InvalidStageDeclarationException',
    says: 'from 5 to 86400',
  },
  {
    it: 'entry conditions of the source stage',
    structure: sourceStage({ beforeEntry: { conditions: [{ result: 'FAIL', rules: [rule('Commands')] }] } }),
    path: 'stages[0].beforeEntry',
    code: 'InvalidStageDeclarationException',
    says: "'beforeEntry' of stage 'Source': a source stage cannot have entry conditions",
  },
  {
    it: 'a source stage that rolls back by itself',
    structure: sourceStage({ onFailure: { result: 'ROLLBACK' } }),
    path: 'stages[0].onFailure',
    code: 'InvalidStageDeclarationException',
    says: 'a source stage cannot be rolled back',
  },
  {
    it: 'commands of a CodeBuild action',
    structure: pipeline([
      stage('Build', [action('a', { actionTypeId: aws('Build', 'CodeBuild'), commands: ['make'] })]),
    ]),
    path: 'stages[1].actions[0].commands',
    code: 'InvalidActionDeclarationException',
    says: "'commands' of action 'a' is for actions of the category Compute: CodeBuild does not look at it",
  },
  {
    it: 'a Commands action without any',
    structure: pipeline([stage('Build', [action('a', { actionTypeId: aws('Compute', 'Commands') })])]),
    path: 'stages[1].actions[0].commands',
    code: 'InvalidActionDeclarationException',
    says: "Action 'a' has no commands to run",
  },
  {
    it: 'a git trigger of a source that is no connection',
    structure: {
      ...pipeline([plain]),
      stages: [stage('Source', [action('Repo', { actionTypeId: aws('Source', 'CodeCommit') })]), plain],
      triggers: [
        {
          providerType: 'CodeStarSourceConnection',
          gitConfiguration: { sourceActionName: 'Repo', push: [{ branches: { includes: ['main'] } }] },
        },
      ],
    },
    path: 'triggers[0].gitConfiguration.sourceActionName',
    code: 'ValidationException',
    says: "'Repo' is a source of type CodeCommit, and a trigger needs one of type CodeStarSourceConnection",
  },
  {
    it: 'an action in a region without a store',
    structure: pipeline([
      stage('Build', [action('a', { actionTypeId: aws('Build', 'CodeBuild'), region: 'eu-west-1' })]),
    ]),
    path: 'stages[1].actions[0].region',
    code: 'InvalidActionDeclarationException',
    says: "Action 'a' is in region 'eu-west-1', for which the pipeline has no artifact store",
  },
  {
    it: 'a custom action in another region',
    structure: pipeline([stage('Build', [action('a', { region: 'eu-west-1' })])]),
    path: 'stages[1].actions[0].region',
    code: 'InvalidActionDeclarationException',
    says: "can only be in the pipeline's own region, us-east-1",
  },
  {
    it: "stores without one for the pipeline's own region",
    structure: (({ artifactStore, ...rest }) => ({
      ...rest,
      ...(artifactStore && { artifactStores: { 'eu-west-1': artifactStore } }),
    }))(pipeline([plain])),
    path: 'artifactStores',
    code: 'InvalidStructureException',
    says: "no store for the pipeline's own region, us-east-1: there are eu-west-1",
  },
  {
    it: 'a condition in a V1 pipeline, with its stage',
    structure: { ...gated(rule('DeploymentWindow', cron)), pipelineType: 'V1' },
    path: 'stages[1].beforeEntry',
    code: 'ValidationException',
    says: "'beforeEntry' of stage 'Build' needs a pipeline of type V2",
  },
  {
    it: "an action type of AWS's that is not provided, with what takes its place",
    structure: pipeline([stage('Deploy', [action('a', { actionTypeId: aws('Deploy', 'EKS') })])]),
    path: 'stages[1].actions[0].actionTypeId',
    code: 'InvalidActionDeclarationException',
    says: 'is not available in region US_EAST_1; no plugin here provides it: use a Commands action (Compute/AWS/Commands/1) with `kubectl apply`',
  },
])('$it is refused', ({ structure, path, code, says }) => {
  expect(validatePipeline(structure, types)).toContainEqual({ path, code, message: expect.stringContaining(says) })
})

test.each<{ it: string; structure: PipelineDeclaration }>([
  { it: 'a rule that is provided', structure: gated(rule('DeploymentWindow', cron)) },
  {
    it: 'a variable in a rule, which is known when it runs',
    structure: pipeline([
      stage('Build', [action('a', { namespace: 'Built' })], {
        onSuccess: {
          conditions: [
            { result: 'FAIL', rules: [rule('DeploymentWindow', { configuration: { Cron: '#{Built.When}' } })] },
          ],
        },
      }),
    ]),
  },
  {
    it: "a rule after its stage that takes the stage's own artifact",
    structure: pipeline([
      stage('Build', [action('a', { outputArtifacts: [{ name: 'made' }] })], {
        onSuccess: {
          conditions: [
            { result: 'FAIL', rules: [rule('Commands', { commands: ['true'], inputArtifacts: [{ name: 'made' }] })] },
          ],
        },
      }),
    ]),
  },
  { it: 'a retry of the source stage', structure: sourceStage({ onFailure: { result: 'RETRY' } }) },
  {
    it: "a region with a store beside the pipeline's own",
    structure: {
      ...(({ artifactStore: _, ...rest }) => rest)(
        pipeline([stage('Build', [action('a', { actionTypeId: aws('Build', 'CodeBuild'), region: 'eu-west-1' })])]),
      ),
      artifactStores: { 'us-east-1': { type: 'S3', location: 'one' }, 'eu-west-1': { type: 'S3', location: 'two' } },
    },
  },
])('$it is taken', ({ structure }) => {
  expect(validatePipeline(structure, types)).toEqual([])
})

test("of several problems the first one's words lead, and the others stand after it with their places", () => {
  const { stages, ...rest } = pipeline([])
  const fault = asFault(validatePipeline({ ...rest, stages: [{ ...stages[0], name: 'no good' }] }, types))
  expect(fault?.code).toBe('InvalidStructureException')
  expect(fault?.message).toMatch(
    /^Pipeline has only 1 stage\(s\)\. There should be a minimum of 2 stages in a pipeline \(at stages\); and 1 more: "no good" is not a valid name: .* \(at stages\[0\]\.name\)$/,
  )
})

test('what was saved while its rule was there is told of once it is not, and goes on being there', async () => {
  const gone = new Set<string>()
  const b = await bench(undefined, {
    describeRule: (id) => (gone.has(id.provider) ? undefined : testCatalogue().describeRule(id)),
  })
  await b.operations.createPipeline(me, { pipeline: gated(rule('VariableCheck')) })
  expect(await b.operations.getPipelineWarnings(me, { name: 'demo' })).toEqual({ warnings: [] })
  gone.add('VariableCheck')
  expect(await b.operations.getPipelineWarnings(me, { name: 'demo' })).toEqual({
    warnings: [{ path: `${at}.ruleTypeId`, message: expect.stringContaining("Provider: 'VariableCheck'") }],
  })
  await b.operations.startPipelineExecution(me, { name: 'demo' })
  await b.close()
})
