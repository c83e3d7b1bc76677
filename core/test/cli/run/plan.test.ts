import { makePlan, type PlanOptions } from '../../../src/cli/run/plan.js'
import type { PipelineDeclaration, StageDeclaration } from '../../../src/domain/pipeline.js'

const stage = (name: string, category: 'Source' | 'Build' | 'Deploy' | 'Test' | 'Approval'): StageDeclaration => ({
  name,
  actions: [{ name: `${name}It`, actionTypeId: { category, owner: 'Custom', provider: 'P', version: '1' } }],
})

const pipeline: PipelineDeclaration = {
  name: 'p',
  roleArn: 'arn:aws:iam::000000000000:role/penstock',
  stages: [
    stage('Source', 'Source'),
    stage('Build', 'Build'),
    stage('Beta', 'Deploy'),
    stage('Check', 'Test'),
    stage('Live', 'Deploy'),
  ],
  variables: [{ name: 'V', defaultValue: 'a' }],
}

const plan = (options: Partial<PlanOptions>) =>
  makePlan(pipeline, { stages: [], deploy: false, sources: new Map(), variables: [], ...options })
const names = (options: Partial<PlanOptions>) => plan(options).pipeline.stages.map(({ name }) => name)

test.each([
  { it: 'ends before the first deployment', options: {}, stages: ['Source', 'Build'] },
  { it: 'goes to the end', options: { deploy: true }, stages: ['Source', 'Build', 'Beta', 'Check', 'Live'] },
  {
    it: 'takes what is named, in the order of the pipeline',
    options: { stages: ['Live', 'Build'] },
    stages: ['Source', 'Build', 'Live'],
  },
])('a run $it', ({ options, stages }) => {
  expect(names(options)).toEqual(stages)
})

test('an approval that only asks about a deployment is left out with it', () => {
  const stages = [stage('Source', 'Source'), stage('Build', 'Build'), stage('May', 'Approval'), stage('Live', 'Deploy')]
  const { pipeline: kept, leftOut } = makePlan(
    { ...pipeline, stages },
    { stages: [], deploy: false, sources: new Map(), variables: [] },
  )
  expect(kept.stages.map(({ name }) => name)).toEqual(['Source', 'Build'])
  expect(leftOut.map(({ stage: { name }, why }) => `${name}: ${why}`)[0]).toBe('May: asks about a deployment')
})

test('every stage that is left out has its reason', () => {
  expect(plan({}).leftOut.map(({ stage: { name }, why }) => `${name}: ${why}`)).toEqual([
    'Beta: deploys: --deploy or --stage Beta runs it',
    'Check: comes after a deployment',
    'Live: deploys: --deploy or --stage Live runs it',
  ])
})

test('a source becomes a folder, and a variable its value', () => {
  const { stages, variables } = plan({
    sources: new Map([['SourceIt', '/w']]),
    variables: [{ name: 'V', value: 'b' }],
  }).pipeline
  expect(stages[0]?.actions[0]).toMatchObject({
    actionTypeId: { provider: 'WorkingCopy' },
    configuration: { Folder: '/w' },
  })
  expect(variables).toEqual([{ name: 'V', defaultValue: 'b' }])
})

test.each([
  {
    options: { stages: ['Biuld'] },
    says: "--stage is 'Biuld', which the pipeline does not have; did you mean 'Build'?",
  },
  { options: { sources: new Map([['Sorceit', '/w']]) }, says: "did you mean 'SourceIt'?" },
  {
    options: { variables: [{ name: 'W', value: 'b' }] },
    says: "--variable names 'W', which the pipeline does not have",
  },
])('refuses what is not there: $says', ({ options, says }) => {
  expect(() => plan(options)).toThrow(says)
})
