/** A pipeline of AWS's as one that runs here. */
import type { ArtifactStoreDeclaration, PipelineDeclaration, StageDeclaration } from '../../domain/pipeline.js'
import { type KnownProperties, mapAction } from './map-action.js'
import type { Report } from './report.js'

/** Keeps the structure; every difference is in the report. */
export function convert(
  given: Readonly<Record<string, unknown>>,
  region: string,
  known: KnownProperties,
  report: Report,
): PipelineDeclaration {
  const { artifactStores, stages, ...rest } = given as unknown as PipelineDeclaration
  return {
    ...rest,
    ...oneStore(rest.artifactStore, artifactStores, region, report),
    stages: stages.map((stage, i) => convertStage(stage, `stages[${i}]`, known, report)),
  }
}

/** Regions are AWS's: here one store serves every action. */
function oneStore(
  one: ArtifactStoreDeclaration | undefined,
  stores: PipelineDeclaration['artifactStores'],
  region: string,
  report: Report,
): Pick<PipelineDeclaration, 'artifactStore'> {
  const chosen = one ?? stores?.[region] ?? Object.values(stores ?? {})[0]
  if (!one && stores && Object.keys(stores).length > 0) {
    report.add('changed', 'artifactStores', `there is one store for all actions now: ${chosen?.location}`)
  }
  if (!chosen) {
    report.add('changed', 'artifactStore', 'had none: artifacts go into the bucket of this server whatever its name')
    return { artifactStore: { type: 'S3', location: `codepipeline-${region}-0000000000` } }
  }
  if (chosen.encryptionKey) {
    report.add(
      'changed',
      'artifactStore.encryptionKey',
      'is only handed on to job workers: artifacts.encryptionKeyFile in penstock.yaml encrypts at rest',
    )
  }
  return { artifactStore: chosen }
}

function convertStage(stage: StageDeclaration, path: string, known: KnownProperties, report: Report): StageDeclaration {
  for (const blocker of stage.blockers ?? []) {
    report.add('todo', `${path}.blockers`, `${blocker.name}: close the transition into ${stage.name} instead`)
  }
  const { blockers: _, ...rest } = stage
  return {
    ...rest,
    actions: (stage.actions ?? []).map((action, i) => mapAction(action, `${path}.actions[${i}]`, known, report)),
  }
}
