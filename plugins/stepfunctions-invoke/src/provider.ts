import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  type ConfigurationOf,
  defineAction,
  type JobContext,
  JobFailed,
  type PropertyDeclarations,
} from '@penstock/core'
import { type AwsClientSettings, awsClientSettings, awsWatch } from '@penstock/core/aws'
import type { StepFunctionsConfig } from './config.js'
import { executionInput, jsonProblem } from './execution-input.js'
import { StateMachine } from './state-machine.js'

const properties = {
  StateMachineArn: {
    description: 'The state machine, or a version or alias of it',
    required: true,
    key: true,
    pattern: 'arn:.+:states:.+',
    example: 'arn:aws:states:eu-central-1:123456789012:stateMachine:release',
  },
  ExecutionNamePrefix: {
    description: "Before the action execution's id, with a hyphen, in the execution's name",
    pattern: '[0-9A-Za-z_-]{1,43}',
  },
  InputType: { description: 'What Input is', enum: ['Literal', 'FilePath'], default: 'Literal' },
  Input: { description: 'JSON, or with FilePath a JSON file of the input artifact; {} when left out' },
} as const satisfies PropertyDeclarations

export type Configuration = ConfigurationOf<typeof properties>

/** How far the action is, over restarts. */
interface Place {
  readonly name: string
  /** Absent while the execution may have been started or not. */
  readonly executionArn?: string
}

/** AWS' own limit for the action: seven days. */
const timeoutInMinutes = 7 * 24 * 60
/** What output variables may have together, bytes (V5), less what is ours. */
const mostVariables = 100_000

/** Invoke/AWS/StepFunctions. `region` is asked at the first job. */
export function stepFunctions(config: StepFunctionsConfig, region: () => string): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Invoke',
    owner: 'AWS',
    provider: 'StepFunctions',
    description: 'Runs a state machine of AWS Step Functions',
    inputArtifacts: [0, 1],
    outputArtifacts: [0, 1],
    configuration: properties,
    timeoutInMinutes,
    validate,
    async run(job, ctx) {
      const arn = job.configuration.StateMachineArn
      const settings = await awsClientSettings(
        { ...config, region: config.region ?? arn.split(':')[3] ?? region() },
        { plugin: 'stepfunctions-invoke', region: region(), ctx },
      )
      const machine = await StateMachine.open(settings, ctx, arn)
      try {
        return await invoke(job, ctx, machine, settings, (config.pollSeconds ?? 5) * 1000)
      } finally {
        machine.close()
      }
    },
  })
}

function validate({ InputType, Input }: Configuration): string[] {
  if (InputType === 'FilePath') return Input === undefined ? ['Input is missing: the path of a JSON file'] : []
  const problem = Input === undefined ? undefined : jsonProblem(Input)
  return problem === undefined ? [] : [`Input ${problem}`]
}

async function invoke(
  job: ActionJob<Configuration>,
  ctx: JobContext,
  machine: StateMachine,
  settings: AwsClientSettings,
  pollMs: number,
): Promise<ActionResult> {
  const express = await machine.isExpress()
  const executionArn = await started(job, ctx, machine, express)
  const details = links(executionArn, settings, express)
  const variables = { StateMachineArn: machine.arn, ...(express ? {} : { ExecutionArn: executionArn }) }
  await ctx.progress(details)
  if (express)
    return { ...details, summary: 'started; an express state machine is not waited for', outputVariables: variables }
  const end = await awsWatch(ctx, pollMs, async () => {
    const execution = await machine.execution(executionArn)
    return execution.status === 'RUNNING' || execution.status === 'PENDING_REDRIVE' ? undefined : execution
  })
  if (end.status !== 'SUCCEEDED') {
    const why = [end.error, end.cause].filter((one) => one !== undefined && one !== '').join(': ')
    const said = why === '' ? '' : `: ${why}`
    throw new JobFailed(`StateMachineArn ${machine.arn}: ${end.status}${said}`, 'JobFailed', executionArn)
  }
  const output = end.output ?? '{}'
  if (job.outputs.length > 0) await putOut(ctx, output)
  return { ...details, summary: 'SUCCEEDED', outputVariables: { ...outputMembers(output, ctx), ...variables } }
}

/** The name is the action execution's: a start that comes again after a restart is the first one. */
async function started(
  job: ActionJob<Configuration>,
  ctx: JobContext,
  machine: StateMachine,
  express: boolean,
): Promise<string> {
  const kept = job.checkpoint as Place | undefined
  if (kept?.executionArn !== undefined) return kept.executionArn
  if (kept !== undefined && express)
    throw new JobFailed(
      `StateMachineArn ${machine.arn}: the server died while it started an execution, and of an express state machine nobody can tell whether it did: look, and retry the stage`,
    )
  const { ExecutionNamePrefix } = job.configuration
  const name = `${ExecutionNamePrefix === undefined ? '' : `${ExecutionNamePrefix}-`}${job.actionExecutionId}`
  const input = await executionInput(job, ctx)
  await ctx.checkpoint({ name } satisfies Place)
  const executionArn = await machine.start(name, input)
  await ctx.checkpoint({ name, executionArn } satisfies Place)
  ctx.log.line(`Started ${executionArn}`)
  return executionArn
}

async function putOut(ctx: JobContext, output: string): Promise<void> {
  const folder = join(ctx.workspace, 'execution-output')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'output.json'), output)
  await ctx.output(folder)
}

/** What the output's own members say in one word; large ones are only in the artifact. */
function outputMembers(output: string, ctx: JobContext): Record<string, string> {
  const value: unknown = jsonProblem(output) === undefined ? JSON.parse(output) : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  const members = Object.entries(value).filter(([name, one]) => {
    return /^[A-Za-z0-9@_-]+$/.test(name) && ['string', 'number', 'boolean'].includes(typeof one)
  })
  const texts = Object.fromEntries(members.map(([name, one]) => [name, String(one)]))
  if (Buffer.byteLength(JSON.stringify(texts)) <= mostVariables) return texts
  ctx.log.line('The output is too large for variables: an output artifact has it whole')
  return {}
}

/** Only AWS itself has a console; it shows standard executions. */
function links(
  executionArn: string,
  { region, endpoint }: AwsClientSettings,
  express: boolean,
): { externalExecutionId: string; externalExecutionUrl?: string } {
  if (endpoint !== undefined || express) return { externalExecutionId: executionArn }
  const url = `https://console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${executionArn}`
  return { externalExecutionId: executionArn, externalExecutionUrl: url }
}
