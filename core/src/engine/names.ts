/** ARNs, and the errors for names that lead nowhere, in CodePipeline's words where they are known. */
import { Fault } from '../domain/faults.js'
import type { Engine } from './engine.js'

type Account = Pick<Engine, 'region' | 'accountId'>

export function pipelineArn({ region, accountId }: Account, pipelineName: string): string {
  return `arn:aws:codepipeline:${region}:${accountId}:${pipelineName}`
}

export function webhookArn({ region, accountId }: Account, name: string): string {
  return `arn:aws:codepipeline:${region}:${accountId}:webhook:${name}`
}

export function pipelineNotFound({ accountId }: Account, name: string): Fault {
  return new Fault('PipelineNotFoundException', `Account '${accountId}' does not have a pipeline with name '${name}'`)
}

/** As StartPipelineExecution says it. */
export function noPipelineToStart({ accountId }: Account, name: string): Fault {
  return new Fault('PipelineNotFoundException', `Pipeline with name ${name} does not exist in account ${accountId}.`)
}

export function executionNotFound(id: string, pipelineName: string): Fault {
  return new Fault(
    'PipelineExecutionNotFoundException',
    `The pipeline '${pipelineName}' does not have a pipeline execution with the id '${id}'`,
  )
}

export function stageNotFound(stageName: string, pipelineName: string): Fault {
  return new Fault(
    'StageNotFoundException',
    `The pipeline '${pipelineName}' does not have a stage named '${stageName}'`,
  )
}

export function actionNotFound(actionName: string, stageName: string, pipelineName: string): Fault {
  return new Fault(
    'ActionNotFoundException',
    `The stage '${stageName}' of pipeline '${pipelineName}' does not have an action named '${actionName}'`,
  )
}
