import type { ActionDeclaration, PipelineDeclaration } from '../domain/pipeline.js'
import { needsTypeV2 } from '../domain/validation/structure.js'

/** S11, S12, S12b: the structure with its defaults, as it is kept and given back. */
export function normalize(
  pipeline: PipelineDeclaration,
  version: number,
  about: { bucket: string; accountId: string },
): PipelineDeclaration {
  const { stages, roleArn, ...rest } = pipeline
  const type = pipeline.pipelineType ?? (needsTypeV2(pipeline) ? 'V2' : 'V1')
  const store =
    (rest.artifactStore ?? rest.artifactStores)
      ? {}
      : { artifactStore: { type: 'S3' as const, location: about.bucket } }
  return {
    ...rest,
    ...store,
    roleArn: roleArn ?? `arn:aws:iam::${about.accountId}:role/penstock`,
    stages: stages.map((stage) => ({ ...stage, actions: stage.actions.map(normalizeAction) })),
    version,
    executionMode: pipeline.executionMode ?? 'SUPERSEDED',
    pipelineType: type,
  }
}

function normalizeAction(action: ActionDeclaration): ActionDeclaration {
  return {
    ...action,
    runOrder: action.runOrder ?? 1,
    configuration: action.configuration ?? {},
    inputArtifacts: action.inputArtifacts ?? [],
    outputArtifacts: action.outputArtifacts ?? [],
  }
}
