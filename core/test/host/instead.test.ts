/** Action types that pipelines may have, and that nothing here runs. */
import { Catalogue } from '../../src/app/type-catalogue.js'
import type { PipelineDeclaration } from '../../src/domain/pipeline.js'
import { validatePipeline } from '../../src/domain/validation/structure.js'
import { lookup } from '../../src/engine/define-pipeline.js'
import { typeWarnings } from '../../src/engine/type-warnings.js'
import { type ActionProvider, defineAction } from '../../src/host/action-provider.js'
import { ProviderRegistry } from '../../src/host/registry.js'
import { defineSource } from '../../src/host/source-provider.js'
import { providersOf } from '../../src/worker/provider-lookup.js'

const id = { category: 'Deploy', owner: 'AWS', provider: 'EKS', version: '1' } as const
const configuration = { Namespace: { description: 'Where', required: true } } as const
const standIn: ActionProvider = {
  ...id,
  instead: 'put kubectl in its place',
  configuration: {},
  run: async () => {},
}
const real = defineAction({ ...id, configuration, run: async () => {} }) as unknown as ActionProvider
const source = defineSource({
  provider: 'Any',
  outputArtifacts: 1,
  configuration: {},
  latestRevision: async () => undefined,
  run: async () => {},
})

const pipeline: PipelineDeclaration = {
  name: 'site',
  roleArn: 'arn:aws:iam::000000000000:role/any',
  artifactStore: { type: 'S3', location: 'bucket' },
  stages: [
    {
      name: 'Source',
      actions: [
        {
          name: 'Fetch',
          actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Any', version: '1' },
          outputArtifacts: [{ name: 'Code' }],
        },
      ],
    },
    { name: 'Deploy', actions: [{ name: 'Apply', actionTypeId: id, configuration: { ClusterName: 'main' } }] },
  ],
}

function registryOf(...providers: readonly ActionProvider[]): ProviderRegistry {
  const registry = new ProviderRegistry()
  registry.addAction('sources', source)
  for (const [place, provider] of providers.entries()) registry.addAction(`plugin${place}`, provider)
  return registry
}

const judged = (registry: ProviderRegistry) => {
  const types = new Catalogue(registry)
  return {
    problems: validatePipeline(pipeline, lookup({ region: 'us-east-1', types })),
    warnings: typeWarnings(types, pipeline),
    listed: types.list().map(({ id: { provider } }) => provider),
  }
}

test('a pipeline may have one, whatever its configuration, and is told what to put in its place', () => {
  expect(judged(registryOf(standIn))).toEqual({
    problems: [],
    warnings: [
      {
        path: 'stages[1].actions[0].actionTypeId',
        message: 'Deploy/AWS/EKS/1 does not run here, so this action will fail: put kubectl in its place',
      },
    ],
    listed: ['Any'],
  })
})

test.each([
  ['before', [real, standIn]],
  ['after', [standIn, real]],
] as const)('whoever provides the type takes its place, registered %s it', (_, providers) => {
  const registry = registryOf(...providers)
  const { problems, warnings, listed } = judged(registry)
  expect(problems.map(({ path }) => path)).toEqual([
    'stages[1].actions[0].configuration.Namespace',
    'stages[1].actions[0].configuration.ClusterName',
  ])
  expect({ warnings, listed }).toEqual({ warnings: [], listed: ['EKS', 'Any'] })
  registry.withdraw(providers[0] === real ? 'plugin0' : 'plugin1')
  expect(judged(registry).warnings).toHaveLength(1)
})

test('a worker claims its jobs, to fail them with the words', () => {
  const lookups = providersOf(registryOf(standIn))
  expect(lookups.keys()).toContain('Deploy/AWS/EKS/1')
  expect(lookups.find(id)?.instead).toBe('put kubectl in its place')
})
