import type { PipelineDeclaration } from '@penstock/core'
import { type Build, scriptOf } from './builds.js'

/** Instantly over, short, long and loud: a kill meets each before, at and after its beginning and end. */
export const builds = {
  instant: { name: 'instant', lines: 1, pauses: [], exit: 0 },
  short: { name: 'short', lines: 20, pauses: [0.1, 0.05], exit: 0 },
  long: { name: 'long', lines: 10, pauses: [0.4, 0.1, 0.4], exit: 0 },
  loud: { name: 'loud', lines: 1_500, pauses: [0.02], exit: 0 },
  red: { name: 'red', lines: 5, pauses: [0.05], exit: 3 },
} as const satisfies Record<string, Build>

export interface Plan {
  readonly name: string
  readonly mode: NonNullable<PipelineDeclaration['executionMode']>
  /** By stage: each inner list runs side by side, one list after the other. */
  readonly stages: readonly (readonly (readonly Build[])[])[]
  /** How an execution ends that nothing overtook and of which no build was lost. */
  readonly ends: 'Succeeded' | 'Failed'
}

const { instant, short, long, loud, red } = builds

export const plans: readonly Plan[] = [
  { name: 'queued', mode: 'QUEUED', stages: [[[instant, short], [loud]], [[instant]]], ends: 'Succeeded' },
  { name: 'parallel', mode: 'PARALLEL', stages: [[[long, short]], [[red], [instant]]], ends: 'Failed' },
  { name: 'superseded', mode: 'SUPERSEDED', stages: [[[short]], [[instant]]], ends: 'Succeeded' },
]

/** Where everything of a test lies that is not Penstock's. */
export interface Places {
  readonly ledger: string
  readonly revision: string
}

/** Actions are called after their builds. */
export function declare(plan: Plan, { ledger, revision }: Places, poll = false): PipelineDeclaration {
  const type = (category: 'Source' | 'Build', provider: string) =>
    ({ category, owner: 'Custom', provider, version: '1' }) as const
  const source = {
    name: 'Fetch',
    actionTypeId: type('Source', 'Tick'),
    configuration: { File: revision, Poll: String(poll) },
    outputArtifacts: [{ name: 'code' }],
  }
  const stages = plan.stages.map((groups, index) => ({
    name: `Stage${index + 1}`,
    actions: groups.flatMap((group, order) =>
      group.map((build) => ({
        name: build.name,
        runOrder: order + 1,
        actionTypeId: type('Build', 'Shell'),
        configuration: { Command: scriptOf(build, ledger) },
        inputArtifacts: [{ name: 'code' }],
      })),
    ),
  }))
  return {
    name: plan.name,
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
    executionMode: plan.mode,
    pipelineType: 'V2',
    stages: [{ name: 'Source', actions: [source] }, ...stages],
  } as PipelineDeclaration
}
