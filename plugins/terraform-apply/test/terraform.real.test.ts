import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunActionOptions, runAction, testActionProvider } from '@penstock/core/testkit'
import { outputsOf, terraformApply } from '../src/apply.js'
import { planFile, terraformPlan } from '../src/plan.js'
import { inWords, summarize } from '../src/plan-summary.js'
import { objectOf, problemsOf } from '../src/properties.js'
import { installStandIn } from './stand-in.js'

jest.setTimeout(120_000)

const folder = mkdtempSync(join(tmpdir(), 'penstock-terraform-'))
const terraform = installStandIn(join(folder, 'bin'))
process.env.PATH = `${join(folder, 'bin')}:${process.env.PATH}`
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A variable, as code refers to it. */
function ref(name: string): string {
  return `\${var.${name}}`
}

beforeEach(() => void terraform.calls())

const made: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const remove of made.splice(0)) await remove()
})

/** A folder for states and one for code, of a test's own. */
function project(main: string) {
  const [state, code] = [mkdtempSync(join(folder, 'state-')), mkdtempSync(join(folder, 'code-'))]
  writeFileSync(join(code, 'main.tf'), main)
  const backend = { BackendConfig: JSON.stringify({ path: state }) }
  const keep = async <T extends { remove(): Promise<void> }>(run: Promise<T>) => {
    const done = await run
    made.push(() => done.remove())
    return done
  }
  return {
    state,
    code,
    plan: (configuration: Record<string, string> = {}, more: Partial<RunActionOptions> = {}) =>
      keep(
        runAction(terraformPlan, {
          inputs: { Code: code },
          outputs: ['Plan'],
          configuration: { ...backend, ...configuration },
          ...more,
        }),
      ),
    apply: (artifact: string | undefined, configuration: Record<string, string> = {}) =>
      keep(
        runAction(terraformApply, {
          inputs: { Plan: artifact ?? '' },
          configuration: { ...backend, ...configuration },
        }),
      ),
  }
}

const code = `resource "file" "a" = "one"\nresource "file" "b" = "${ref('size')}"\noutput "address" = "10.0.0.1"\nsecret "password" = "hunter2"\n`

testActionProvider(
  'TerraformPlan',
  () => terraformPlan,
  () => {
    const { state } = project(code)
    return {
      configuration: {
        BackendConfig: JSON.stringify({ path: state }),
        Variables: '{"size":"xl"}',
        SecretVariables: '{"CLOUD_TOKEN":"s3cret-cloud-token"}',
      },
      inputs: { Code: { 'main.tf': code } },
      outputs: ['Plan'],
      slow: { inputs: { Code: { 'main.tf': 'SLOW' } }, begun: 'begun' },
      mayWrite: [state],
      bad: [
        { configuration: { Variables: '[]' }, says: 'Variables' },
        { configuration: { LockTimeout: '-1' }, says: 'LockTimeout' },
      ],
    }
  },
)

test('what was planned is counted and put out with its plan, and exactly that is applied', async () => {
  const { plan, apply } = project(code)
  const planned = await plan({ Variables: '{"size":"xl"}' })
  expect(planned).toMatchObject({
    outcome: 'succeeded',
    result: {
      summary: 'Plan: 2 to add, 0 to change, 0 to destroy',
      outputVariables: { Add: '2', Change: '0', Destroy: '0', HasChanges: 'true' },
    },
  })
  const artifact = planned.outputs.Plan ?? ''
  expect(['main.tf', '.terraform.lock.hcl', planFile].map((name) => existsSync(join(artifact, name)))).toEqual([
    true,
    true,
    true,
  ])
  expect(existsSync(join(artifact, '.terraform'))).toBe(false)
  expect(terraform.calls().map(([verb]) => verb)).toEqual(['init', 'plan', 'show'])

  const applied = await apply(artifact)
  expect(applied).toMatchObject({ outcome: 'succeeded', result: { outputVariables: { address: '10.0.0.1' } } })
  expect(applied.result?.outputVariables).not.toHaveProperty('password')
  const calls = terraform.calls()
  expect(calls.map(([verb]) => verb)).toEqual(['init', 'apply', 'output'])
  expect(calls[1]).toEqual(['apply', '-input=false', '-no-color', '-lock-timeout=60s', planFile])

  const again = await plan({ Variables: '{"size":"xl"}' })
  expect(again.result).toMatchObject({ summary: 'No changes', outputVariables: { HasChanges: 'false' } })
})

test('a plan whose state has changed since is refused', async () => {
  const { plan, apply } = project('resource "file" "a" = "one"')
  const [first, second] = [await plan(), await plan()]
  expect((await apply(first.outputs.Plan)).outcome).toBe('succeeded')
  const stale = await apply(second.outputs.Plan)
  expect(stale.failure?.message).toMatch(/^"terraform apply .*" failed with exit code 1/)
  expect(stale.log).toContain('Saved plan is stale')
})

test('a workspace is made when it is not there, and selected when it is', async () => {
  const { plan, apply, state } = project('resource "file" "a" = "one"')
  terraform.calls()
  const planned = await plan({ Workspace: 'staging' })
  expect(terraform.calls().map((call) => call.slice(0, 2).join(' '))).toContain('workspace new')
  expect((await apply(planned.outputs.Plan, { Workspace: 'staging' })).outcome).toBe('succeeded')
  expect(terraform.calls().map((call) => call.slice(0, 2).join(' '))).not.toContain('workspace new')
  expect(JSON.parse(readFileSync(join(state, 'staging.tfstate'), 'utf8'))).toMatchObject({ serial: 1 })
})

test('variables come from files and from JSON, and everything can be planned to be destroyed', async () => {
  const { plan, apply, code: folder, state } = project(`resource "file" "a" = "${ref('region')}-${ref('size')}"`)
  writeFileSync(join(folder, 'prod.tfvars'), 'region = "eu"\n')
  const configuration = { VarFile: 'prod.tfvars', Variables: '{"size": 3}' }
  await apply((await plan(configuration)).outputs.Plan)
  expect(JSON.parse(readFileSync(join(state, 'default.tfstate'), 'utf8'))).toMatchObject({
    resources: { 'file.a': 'eu-3' },
  })
  expect((await plan({ ...configuration, Destroy: 'true' })).result?.summary).toBe(
    'Plan: 0 to add, 0 to change, 1 to destroy',
  )
})

test('secrets reach terraform in its environment, and nobody else', async () => {
  const { plan, apply } = project('resource "file" "a" = "one"')
  const planned = await plan()
  const applied = await apply(planned.outputs.Plan, { SecretVariables: '{"CLOUD_TOKEN":"s3cret-cloud-token"}' })
  expect(applied.log).toContain('Apply complete! ****')
  expect(applied.log).not.toContain('s3cret-cloud-token')
  expect(JSON.stringify(terraform.calls())).not.toContain('s3cret-cloud-token')
})

test.each([
  {
    it: 'code that is wrong',
    main: 'BROKEN',
    configuration: {},
    says: 'the plan failed with exit code 1: its log says why',
  },
  {
    it: 'a variable without a value',
    main: `resource "f" "a" = "${ref('none')}"`,
    configuration: {},
    says: 'the plan failed with exit code 1',
  },
  {
    it: 'a folder that is not there',
    main: '',
    configuration: { WorkingDirectory: 'infra' },
    says: 'WorkingDirectory is "infra", which the input artifact does not have',
  },
  {
    it: 'a folder outside',
    main: '',
    configuration: { WorkingDirectory: '../..' },
    says: 'which is outside of the input artifact',
  },
])('$it is the failure', async ({ main, configuration, says }) => {
  expect((await project(main).plan(configuration)).failure?.message).toContain(says)
})

test('an artifact without a plan is said to be none', async () => {
  const { apply, code: folder } = project('')
  expect((await apply(folder)).failure).toMatchObject({
    type: 'ConfigurationError',
    message: expect.stringContaining(`has no ${planFile}`),
  })
})

test('replacements count twice, data sources not at all, and outputs alone are a change', () => {
  const change = (actions: string[], mode = 'managed') => ({ mode, change: { actions } })
  const changes = [
    change(['delete', 'create']),
    change(['update']),
    change(['no-op']),
    change(['read'], 'data'),
    change(['create']),
  ]
  expect(inWords(summarize(JSON.stringify({ resource_changes: changes })))).toBe(
    'Plan: 2 to add, 1 to change, 1 to destroy',
  )
  expect(summarize(JSON.stringify({ output_changes: { a: { actions: ['create'] } } })).changes).toBe(true)
  expect(summarize('{}').changes).toBe(false)
})

test('structures become JSON, and what is sensitive or huge is left out', () => {
  const outputs = {
    list: { value: [1, 'a'] },
    secret: { sensitive: true, value: 'x' },
    huge: { value: 'x'.repeat(9_000) },
  }
  expect(outputsOf(JSON.stringify(outputs))).toEqual({ list: '[1,"a"]' })
})

test('what is wrong with JSON is said without its content', () => {
  expect(objectOf('{"TOKEN":"hunter2', 'SecretVariables')).toBe(
    'SecretVariables must be a JSON object such as {"name": "value"}',
  )
  expect(problemsOf({ SecretVariables: '{"A-B":"x"}', LockTimeout: 1 }).join()).toContain('SecretVariables has "A-B"')
})
