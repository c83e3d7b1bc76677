import type { PipelineDeclaration } from '../../src/domain/pipeline.js'
import type { Signal } from '../../src/domain/signal.js'
import { validatePipeline } from '../../src/domain/validation/structure.js'
import { lookup } from '../../src/engine/define-pipeline.js'
import { action, bench, me, pipeline, stage, testCatalogue, typeIds } from './support.js'

const types = lookup({ region: 'us-east-1', types: testCatalogue() })
const problemsOf = (value: unknown) => validatePipeline(value, types)
const condition = (result: 'FAIL' | 'SKIP' | 'ROLLBACK' | 'RETRY', provider = 'VariableCheck', rules = 1) => ({
  conditions: [
    {
      result,
      rules: Array.from({ length: rules }, (_, index) => ({
        name: `r${index}`,
        ruleTypeId: { category: 'Rule' as const, provider },
      })),
    },
  ],
})
const trigger = (push: object, sourceActionName = 'Repo') => ({
  triggers: [
    { providerType: 'CodeStarSourceConnection' as const, gitConfiguration: { sourceActionName, push: [push] } },
  ],
})
const ok = stage('Build', ['a'])
const source = action('Repo', { actionTypeId: typeIds.source })

test('a good structure has no problems', () => {
  expect(problemsOf(pipeline([ok]))).toEqual([])
})

test.each<{ rule: string; it: string; structure: PipelineDeclaration; path: string; code: string; says: string }>([
  {
    rule: 'S1',
    it: 'a name with a space',
    structure: pipeline([ok], { name: 'my pipeline' }),
    path: 'name',
    code: 'ValidationException',
    says: '"my pipeline" is not a valid name: it must be 1 to 100 letters, digits and .@-_',
  },
  {
    rule: 'S1',
    it: 'a stage name too long',
    structure: pipeline([stage('x'.repeat(101), ['a'])]),
    path: 'stages[1].name',
    code: 'ValidationException',
    says: 'is not a valid name',
  },
  {
    rule: 'S1',
    it: 'an artifact name with a dot',
    structure: pipeline([stage('Build', [action('a', { outputArtifacts: [{ name: 'a.b' }] })])]),
    path: 'stages[1].actions[0].outputArtifacts[0].name',
    code: 'ValidationException',
    says: 'is not a valid artifact name',
  },
  {
    rule: 'S2',
    it: 'one stage',
    structure: pipeline([]),
    path: 'stages',
    code: 'InvalidStructureException',
    says: 'Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline',
  },
  {
    rule: 'S2',
    it: '51 actions in a stage',
    structure: pipeline([
      stage(
        'Build',
        Array.from({ length: 51 }, (_, index) => `a${index}`),
      ),
    ]),
    path: 'stages[1]',
    code: 'InvalidStageDeclarationException',
    says: "Pipeline stage 'Build' has too many actions. There can only be up to 50 actions in a pipeline stage",
  },
  {
    rule: 'S2',
    it: '51 stages',
    structure: pipeline(Array.from({ length: 50 }, (_, index) => stage(`s${index}`, ['a']))),
    path: 'stages',
    code: 'InvalidStructureException',
    says: 'Pipeline has 51 stages',
  },
  {
    rule: 'S3',
    it: 'a build in the first stage',
    structure: { ...pipeline([ok]), stages: [stage('Source', [source, 'a']), ok] },
    path: 'stages[0]',
    code: 'InvalidStructureException',
    says: 'Pipeline should start with a stage that only contains source actions',
  },
  {
    rule: 'S3',
    it: 'a source in a later stage',
    structure: pipeline([stage('Build', ['a', { ...source, name: 'Late' }])]),
    path: 'stages[1]',
    code: 'InvalidStructureException',
    says: "has the source action 'Late'",
  },
  {
    rule: 'S4',
    it: 'two stages of one name',
    structure: pipeline([ok, ok]),
    path: 'stages',
    code: 'InvalidStructureException',
    says: "The name 'Build' is used more than once",
  },
  {
    rule: 'S4',
    it: 'two actions of one name',
    structure: pipeline([stage('Build', ['a', 'a'])]),
    path: 'stages[1]',
    code: 'InvalidStageDeclarationException',
    says: "The name 'a' is used more than once in stage 'Build'",
  },
  {
    rule: 'S5',
    it: 'an artifact put out twice',
    structure: pipeline([stage('Build', [action('a', { outputArtifacts: [{ name: 'tree' }] })])]),
    path: 'stages[1].actions[0].outputArtifacts[0].name',
    code: 'InvalidStructureException',
    says: "already put out by action 'Repo'",
  },
  {
    rule: 'S5',
    it: 'an input that nobody puts out',
    structure: pipeline([stage('Build', [action('a', { inputArtifacts: [{ name: 'ghost' }] })])]),
    path: 'stages[1].actions[0].inputArtifacts[0].name',
    code: 'InvalidStructureException',
    says: 'Input Artifact Bundle ghost in action a is not declared as Output Artifact Bundle in any of the preceding actions',
  },
  {
    rule: 'S5',
    it: 'an input of the same run order',
    structure: pipeline([
      stage('Build', [
        action('a', { outputArtifacts: [{ name: 'x' }] }),
        action('b', { inputArtifacts: [{ name: 'x' }] }),
      ]),
    ]),
    path: 'stages[1].actions[1].inputArtifacts[0].name',
    code: 'InvalidStructureException',
    says: 'Input Artifact Bundle x',
  },
  {
    rule: 'S6',
    it: 'run order 0',
    structure: pipeline([stage('Build', [action('a', { runOrder: 0 })])]),
    path: 'stages[1].actions[0].runOrder',
    code: 'ValidationException',
    says: 'runOrder 0 must be a whole number from 1 to 999',
  },
  {
    rule: 'S7',
    it: 'both kinds of store',
    structure: pipeline([ok], { artifactStores: {} }),
    path: 'artifactStores',
    code: 'InvalidStructureException',
    says: 'not both',
  },
  {
    rule: 'S8',
    it: 'a bucket name too short',
    structure: pipeline([ok], { artifactStore: { type: 'S3', location: 'ab' } }),
    path: 'artifactStore.location',
    code: 'ValidationException',
    says: '3 to 63',
  },
  {
    rule: 'S9',
    it: 'a configuration value too long',
    structure: pipeline([stage('Build', [action('a', { configuration: { Text: 'x'.repeat(1001) } })])]),
    path: 'stages[1].actions[0].configuration.Text',
    code: 'ValidationException',
    says: '1 to 1000 characters, and has 1001',
  },
  {
    rule: 'S10',
    it: 'six input artifacts',
    structure: pipeline([
      stage('Build', [action('a', { inputArtifacts: Array.from({ length: 6 }, () => ({ name: 'tree' })) })]),
    ]),
    path: 'stages[1].actions[0].inputArtifacts',
    code: 'InvalidActionDeclarationException',
    says: "Action 'a' has 6 input artifacts, and its action type takes 0 to 5",
  },
  {
    rule: 'S12',
    it: 'QUEUED in a V1 pipeline',
    structure: pipeline([ok], { executionMode: 'QUEUED', pipelineType: 'V1' }),
    path: 'executionMode',
    code: 'ValidationException',
    says: 'needs a pipeline of type V2',
  },
  {
    rule: 'S13',
    it: 'ROLLBACK in PARALLEL mode',
    structure: pipeline([stage('Build', ['a'], { onFailure: { result: 'ROLLBACK' } })], { executionMode: 'PARALLEL' }),
    path: 'stages[1]',
    code: 'InvalidStageDeclarationException',
    says: 'ROLLBACK cannot be used in PARALLEL mode',
  },
  {
    rule: 'S14',
    it: 'a variable declared twice',
    structure: pipeline([ok], { variables: [{ name: 'A' }, { name: 'A' }] }),
    path: 'variables',
    code: 'ValidationException',
    says: "'A' is declared more than once",
  },
  {
    rule: 'S15',
    it: 'a trigger of no source action',
    structure: pipeline([ok], trigger({ branches: { includes: ['main'] } }, 'Elsewhere')),
    path: 'triggers[0].gitConfiguration.sourceActionName',
    code: 'ValidationException',
    says: "'Elsewhere' is not a source action",
  },
  {
    rule: 'S15',
    it: 'nine patterns',
    structure: pipeline([ok], trigger({ branches: { includes: Array.from({ length: 9 }, () => 'x') } })),
    path: 'triggers[0].gitConfiguration.push[0].branches.includes',
    code: 'ValidationException',
    says: '1 to 8 patterns, and has 9',
  },
  {
    rule: 'G3',
    it: 'tags with branches',
    structure: pipeline([ok], trigger({ tags: { includes: ['v*'] }, branches: { includes: ['x'] } })),
    path: 'triggers[0].gitConfiguration.push[0]',
    code: 'ValidationException',
    says: 'cannot be combined',
  },
  {
    rule: 'G6',
    it: 'a pattern that is none',
    structure: pipeline([ok], trigger({ branches: { includes: ['main', 'release-{a,{b}}'] } })),
    path: 'triggers[0].gitConfiguration.push[0].branches.includes[1]',
    code: 'ValidationException',
    says: 'groups cannot be nested',
  },
  {
    rule: 'S16',
    it: 'two conditions',
    structure: pipeline([
      stage('Build', ['a'], {
        beforeEntry: { conditions: [...condition('FAIL').conditions, ...condition('FAIL').conditions] },
      }),
    ]),
    path: 'stages[1].beforeEntry.conditions',
    code: 'InvalidStageDeclarationException',
    says: 'exactly 1 condition, and has 2',
  },
  {
    rule: 'S16',
    it: 'RETRY before entry',
    structure: pipeline([stage('Build', ['a'], { beforeEntry: condition('RETRY') })]),
    path: 'stages[1].beforeEntry.conditions[0].result',
    code: 'InvalidStageDeclarationException',
    says: 'must be one of FAIL, SKIP',
  },
  {
    rule: 'S16',
    it: 'six rules',
    structure: pipeline([stage('Build', ['a'], { onSuccess: condition('FAIL', 'VariableCheck', 6) })]),
    path: 'stages[1].onSuccess.conditions[0].rules',
    code: 'InvalidStageDeclarationException',
    says: '1 to 5 rules, and has 6',
  },
  {
    rule: 'S17',
    it: 'SKIP with a deployment window',
    structure: pipeline([stage('Build', ['a'], { beforeEntry: condition('SKIP', 'DeploymentWindow') })]),
    path: 'stages[1].beforeEntry.conditions[0].rules[0].ruleTypeId.provider',
    code: 'InvalidStageDeclarationException',
    says: 'LambdaInvoke and VariableCheck',
  },
  {
    rule: 'S17',
    it: 'RETRY with conditions',
    structure: pipeline([stage('Build', ['a'], { onFailure: { result: 'RETRY', ...condition('ROLLBACK') } })]),
    path: 'stages[1].onFailure',
    code: 'InvalidStageDeclarationException',
    says: 'Automatic retry cannot be combined',
  },
  {
    rule: 'S18',
    it: 'a timeout on a build',
    structure: pipeline([stage('Build', [action('a', { timeoutInMinutes: 30 })])]),
    path: 'stages[1].actions[0].timeoutInMinutes',
    code: 'InvalidActionDeclarationException',
    says: 'manual approval',
  },
  {
    rule: 'S18',
    it: 'an approval of four minutes',
    structure: pipeline([stage('Gate', [action('a', { actionTypeId: typeIds.approval, timeoutInMinutes: 4 })])]),
    path: 'stages[1].actions[0].timeoutInMinutes',
    code: 'ValidationException',
    says: 'from 5 to 86400',
  },
  {
    rule: 'V2',
    it: 'a reserved namespace',
    structure: pipeline([stage('Build', [action('a', { namespace: 'codepipeline' })])]),
    path: 'stages[1].actions[0]',
    code: 'InvalidActionDeclarationException',
    says: "'codepipeline' is reserved",
  },
  {
    rule: 'V3',
    it: 'a reference to a later action',
    structure: pipeline([
      stage('Build', [action('a', { configuration: { Text: '#{Later.X}' } })]),
      stage('Deploy', [action('d', { namespace: 'Later' })]),
    ]),
    path: 'stages[1].actions[0]',
    code: 'InvalidActionDeclarationException',
    says: 'Later',
  },
  {
    rule: 'M',
    it: 'an action type that nobody provides',
    structure: pipeline([stage('Build', [action('a', { actionTypeId: { ...typeIds.build, provider: 'Gulp' } })])]),
    path: 'stages[1].actions[0].actionTypeId',
    code: 'InvalidActionDeclarationException',
    says: "ActionType (Category: 'Build', Provider: 'Gulp', Owner: 'Custom', Version: '1') in action 'a' is not available in region US_EAST_1",
  },
  {
    rule: 'M',
    it: 'an unknown property',
    structure: pipeline([stage('Build', [action('a', { configuration: { Colour: 'red' } })])]),
    path: 'stages[1].actions[0].configuration.Colour',
    code: 'InvalidActionDeclarationException',
    says: "contains unknown configuration 'Colour' (known: Branch, Secret, Text)",
  },
])('$rule refuses $it', ({ structure, path, code, says }) => {
  expect(problemsOf(structure)).toContainEqual({ path, code, message: expect.stringContaining(says) })
})

test('M: a blocker of a type that does not exist is refused', () => {
  const blockers = [{ name: 'Nights', type: 'Moon' as never }]
  expect(problemsOf(pipeline([stage('Build', ['a'], { blockers })]))).toEqual([
    {
      path: 'stages[1].blockers[0].type',
      code: 'InvalidBlockerDeclarationException',
      message: "'Moon' must be Schedule",
    },
  ])
})

test('every problem is told at once, each with its place', () => {
  const structure = pipeline(
    [stage('Build', [action('a', { runOrder: 1000, inputArtifacts: [{ name: 'ghost' }] }), 'a'])],
    { name: 'no good' },
  )
  expect(
    problemsOf(structure)
      .map((one) => one.path)
      .sort(),
  ).toEqual(['name', 'stages[1]', 'stages[1].actions[0].inputArtifacts[0].name', 'stages[1].actions[0].runOrder'])
})

test.each([
  { it: 'nothing', value: undefined, path: '', says: 'must be an object, and is missing' },
  {
    it: 'stages that are no list',
    value: { name: 'x', stages: {} },
    path: 'stages',
    says: 'must be a list, and is {}',
  },
  { it: 'an unknown member', value: { ...pipeline([ok]), colour: 1 }, path: 'colour', says: 'is not a member here' },
  {
    it: 'a number as configuration',
    value: pipeline([stage('Build', [{ ...action('a'), configuration: { Text: 5 as never } }])]),
    path: 'stages[1].actions[0].configuration.Text',
    says: 'must be a text, and is 5',
  },
])('$it is refused for its shape', ({ value, path, says }) => {
  expect(problemsOf(value)).toContainEqual({
    path,
    code: 'ValidationException',
    message: expect.stringContaining(says),
  })
})

describe('what is kept', () => {
  test('S11, S12: versions count up, whatever was sent; defaults are filled in', async () => {
    const b = await bench()
    const created = await b.operations.createPipeline(me, { pipeline: pipeline([ok], { version: 9 }) })
    expect(created.pipeline).toMatchObject({ version: 1, executionMode: 'SUPERSEDED', pipelineType: 'V1' })
    expect(created.pipeline.stages[1]?.actions[0]).toEqual({
      ...action('a'),
      runOrder: 1,
      configuration: {},
      inputArtifacts: [],
      outputArtifacts: [],
    })
    const updated = await b.operations.updatePipeline(me, { pipeline: pipeline([ok], { version: 1 }) })
    expect(updated.pipeline.version).toBe(2)
    expect((await b.operations.getPipeline(me, { name: 'demo', version: 1 })).pipeline.version).toBe(1)
    await expect(b.operations.getPipeline(me, { name: 'demo', version: 3 })).rejects.toMatchObject({
      code: 'PipelineVersionNotFoundException',
    })
    await b.close()
  })

  test('S12b: a V2 parameter makes a pipeline V2', async () => {
    const b = await bench()
    const { pipeline: kept } = await b.operations.createPipeline(me, {
      pipeline: pipeline([ok], { executionMode: 'QUEUED' }),
    })
    expect(kept.pipelineType).toBe('V2')
    await b.close()
  })

  test('S19: a name that is taken', async () => {
    const b = await bench()
    await b.operations.createPipeline(me, { pipeline: pipeline([ok]) })
    await expect(b.operations.createPipeline(me, { pipeline: pipeline([ok]) })).rejects.toMatchObject({
      code: 'InvalidStructureException',
      message: "A pipeline with the name 'demo' already exists in account '123456789012'",
    })
    await b.close()
  })

  test('S21: tags are checked, put, listed and taken away', async () => {
    const b = await bench()
    const tags = [{ key: 'team', value: 'blue' }]
    await b.operations.createPipeline(me, { pipeline: pipeline([ok]), tags })
    const resourceArn = 'arn:aws:codepipeline:eu-central-1:123456789012:demo'
    expect(await b.operations.listTagsForResource(me, { resourceArn })).toEqual({ tags })
    const heard: Signal[] = []
    b.database.onSignal((signal) => heard.push(signal))
    await b.operations.tagResource(me, { resourceArn, tags: [{ key: 'cost', value: '7' }] })
    await b.operations.untagResource(me, { resourceArn, tagKeys: ['team'] })
    await new Promise(setImmediate)
    expect(heard).toContainEqual({ kind: 'pipeline', pipelineName: 'demo' }) // a tag can be a schedule
    expect(await b.operations.listTagsForResource(me, { resourceArn })).toEqual({ tags: [{ key: 'cost', value: '7' }] })
    await expect(
      b.operations.tagResource(me, { resourceArn, tags: [{ key: 'aws:x', value: '' }] }),
    ).rejects.toMatchObject({
      code: 'InvalidTagsException',
    })
    const many = Array.from({ length: 50 }, (_, index) => ({ key: `k${index}`, value: '' }))
    await expect(b.operations.tagResource(me, { resourceArn, tags: many })).rejects.toMatchObject({
      code: 'TooManyTagsException',
      message: `Tag limit exceeded for resource [${resourceArn}].`,
    })
    await expect(
      b.operations.listTagsForResource(me, { resourceArn: resourceArn.replace('demo', 'nope') }),
    ).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
    await expect(
      b.operations.listTagsForResource(me, { resourceArn: resourceArn.replace('eu-central-1', 'mars') }),
    ).rejects.toMatchObject({ code: 'InvalidArnException' })
    await b.close()
  })

  test('J3: secrets are shown as ****, and **** in an update keeps the old one', async () => {
    const b = await bench()
    const structure = (Secret: string) =>
      pipeline([stage('Build', [action('a', { configuration: { Secret, Text: 'open' } })])])
    const { pipeline: shown } = await b.operations.createPipeline(me, { pipeline: structure('hush-hush') })
    expect(shown.stages[1]?.actions[0]?.configuration).toEqual({ Secret: '****', Text: 'open' })
    await b.operations.updatePipeline(me, { pipeline: structure('****') })
    await b.operations.startPipelineExecution(me, { name: 'demo' })
    await b.finish('Repo') // of the first execution, which the update cancels
    await b.finish('Repo')
    const [job] = await b.jobs.claim('w', ['Build/Custom/Make/1'], 5)
    expect(job?.data.configuration).toEqual({ Secret: 'hush-hush', Text: 'open' })
    const told = JSON.stringify([
      await b.operations.listActionExecutions(me, { pipelineName: 'demo' }),
      await b.operations.getPipeline(me, { name: 'demo' }),
    ])
    expect(told).not.toContain('hush-hush')
    await b.close()
  })
})
