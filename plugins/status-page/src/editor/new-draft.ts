import type { ActionDeclaration, ActionTypeInfo, ServerIdentity } from '@penstock/core'
import { type Draft, typeText } from './draft/draft.js'
import { defaultsOf } from './retype.js'

/** What the wizard asked for; types as `typeText` has them, empty for none. */
export interface Wish {
  readonly name: string
  readonly source: string
  readonly build: string
  readonly test: string
  readonly approval: string
  readonly deploy: string
}

/** A pipeline as the wizard's answers suggest it: a stage for each, one artifact handed on. */
export function newDraft(wish: Wish, types: readonly ActionTypeInfo[], { accountId, bucket }: ServerIdentity): Draft {
  const find = (text: string) => types.find(({ id }) => typeText(id) === text)
  let artifact = ''
  const stage = (name: string, text: string, produces: string) => {
    const type = find(text)
    if (!type) return []
    const action = newAction(type, name, artifact, produces)
    artifact = action.outputArtifacts?.[0]?.name ?? artifact
    return [{ name, actions: [action] }]
  }
  return {
    name: wish.name,
    roleArn: `arn:aws:iam::${accountId}:role/service-role/AWSCodePipelineServiceRole`,
    artifactStore: { type: 'S3', location: bucket },
    stages: [
      ...stage('Source', wish.source, 'SourceOutput'),
      ...stage('Build', wish.build, 'BuildOutput'),
      ...stage('Test', wish.test, ''),
      ...stage('Approve', wish.approval, ''),
      ...stage('Deploy', wish.deploy, ''),
    ],
    executionMode: 'SUPERSEDED',
    pipelineType: 'V2',
  }
}

function newAction(type: ActionTypeInfo, name: string, input: string, produces: string): ActionDeclaration {
  const takes = input !== '' && type.inputArtifacts.maximumCount > 0
  const gives = produces !== '' && type.outputArtifacts.maximumCount > 0
  return {
    name,
    actionTypeId: type.id,
    runOrder: 1,
    configuration: defaultsOf(type.properties),
    inputArtifacts: takes ? [{ name: input }] : [],
    outputArtifacts: gives ? [{ name: produces }] : [],
  }
}
