/** Pipelines: made, changed, shown. */
import type { PipelineDeclaration, StageDeclaration } from '@aws-sdk/client-codepipeline'
import { keptName } from '../support/world.js'
import { each, type Row, reservedTag, tooManyTags } from './row.js'

type Change = (pipeline: PipelineDeclaration) => PipelineDeclaration

const second = (change: Partial<StageDeclaration>): Change => {
  return ({ stages: [source, build, ...rest] = [], ...pipeline }) => {
    return { ...pipeline, stages: [source, { ...build, ...change }, ...rest] as StageDeclaration[] }
  }
}
const action = (category: 'Build') => ({ category, owner: 'Custom', provider: 'Nobody', version: '1' }) as const
const blocker = { name: 'night', type: 'Schedule' } as const

/** What is wrong with a structure, and what the service calls it. */
const wrong: Readonly<Record<string, Change>> = {
  InvalidStructureException: ({ stages = [], ...pipeline }) => ({ ...pipeline, stages: stages.slice(0, 1) }),
  InvalidStageDeclarationException: second({ actions: [] }),
  InvalidActionDeclarationException: second({ actions: [{ name: 'A', actionTypeId: action('Build') }] }),
  InvalidBlockerDeclarationException: second({ blockers: [blocker, blocker] }),
}

export const pipelines: readonly Row[] = [
  ...Object.entries(wrong).flatMap(([error, change]): Row[] => [
    ['CreatePipeline', error, (world) => ({ pipeline: change(world.declaration()) })],
    [
      'UpdatePipeline',
      error,
      async (world) => ({ pipeline: change(world.declaration({}, (await world.pipeline()).pipelineName)) }),
    ],
  ]),
  ['CreatePipeline', 'InvalidTagsException', (world) => ({ pipeline: world.declaration(), tags: [reservedTag] })],
  ['CreatePipeline', 'TooManyTagsException', (world) => ({ pipeline: world.declaration(), tags: tooManyTags })],
  ['CreatePipeline', 'PipelineNameInUseException', (world) => ({ pipeline: world.declaration({}, keptName) })],
  [
    'CreatePipeline',
    'LimitExceededException',
    async (world) => {
      // Those of the other rows are in the way of nobody, so they make up the number.
      const { pipelines } = await world.call('ListPipelines', {})
      for (let more = (pipelines as unknown[]).length; more < 60; more++) await world.pipeline()
      return { pipeline: world.declaration() }
    },
  ],
  [
    'GetPipeline',
    'PipelineVersionNotFoundException',
    async (world) => ({ name: (await world.pipeline()).pipelineName, version: 2 }),
  ],
  ...each(['GetPipeline', 'GetPipelineState', 'StartPipelineExecution'], 'PipelineNotFoundException', () => ({
    name: 'none',
  })),
]
