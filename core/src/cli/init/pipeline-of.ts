/** The pipeline that `penstock init` writes. Pure. */
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../../domain/pipeline.js'
import type { Build } from './recipe.js'

/** What was found, asked, or given. */
export interface Answers {
  readonly name: string
  /** Of the repository, without secrets. */
  readonly url: string
  readonly branch: string
  readonly builds: readonly Build[]
  /** Where appspec.yml is deployed: `user@host`, commas; nowhere when absent. */
  readonly hosts?: string
  /** Somebody is asked before anything is deployed. */
  readonly approval: boolean
}

/** A pipeline file's structure: a role it need not have. */
export type PipelineFileDeclaration = Omit<PipelineDeclaration, 'roleArn'>

export function pipelineOf(answers: Answers): PipelineFileDeclaration {
  const { name, hosts, builds, approval } = answers
  // What is deployed is what the build made; without a build, what was fetched.
  const made = hosts !== undefined && builds.length > 0 ? 'Built' : undefined
  const stages: StageDeclaration[] = [
    { name: 'Source', actions: [sourceOf(answers)] },
    ...buildStages(builds, made),
    ...(approval ? [{ name: 'Approval', actions: [approve] }] : []),
    ...(hosts === undefined ? [] : [{ name: 'Deploy', actions: [deployOf(name, hosts, made ?? 'Source')] }]),
  ]
  return { name, pipelineType: 'V2', executionMode: 'QUEUED', stages }
}

function sourceOf({ url, branch }: Answers): ActionDeclaration {
  const outputArtifacts = [{ name: 'Source' }]
  const github = /^https:\/\/github\.com\/([^/]+)\/([^/]+?)(?:\.git)?$/i.exec(url)
  if (github)
    return {
      name: 'Source',
      actionTypeId: { category: 'Source', owner: 'ThirdParty', provider: 'GitHub', version: '1' },
      configuration: { Owner: github[1] ?? '', Repo: github[2] ?? '', Branch: branch },
      outputArtifacts,
    }
  return {
    name: 'Source',
    actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' },
    configuration: { Url: url, Branch: branch },
    outputArtifacts,
  }
}

/** One stage for the build, one for the image that is made of the same source. */
function buildStages(builds: readonly Build[], output: string | undefined): StageDeclaration[] {
  return builds.map(({ action }, at) => ({
    name: action.name,
    actions: [
      {
        ...withoutEmpty(action),
        inputArtifacts: [{ name: 'Source' }],
        ...(at === 0 && output !== undefined ? { outputArtifacts: [{ name: output }] } : {}),
      },
    ],
  }))
}

function withoutEmpty({ configuration = {}, ...action }: Build['action']): Build['action'] {
  return Object.keys(configuration).length === 0 ? action : { ...action, configuration }
}

const approve: ActionDeclaration = {
  name: 'Approve',
  actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
  configuration: { CustomData: 'Shall this be deployed?' },
}

function deployOf(name: string, hosts: string, artifact: string): ActionDeclaration {
  return {
    name: 'Deploy',
    actionTypeId: { category: 'Deploy', owner: 'AWS', provider: 'CodeDeploy', version: '1' },
    configuration: { ApplicationName: name, DeploymentGroupName: 'production', Hosts: hosts },
    inputArtifacts: [{ name: artifact }],
  }
}
