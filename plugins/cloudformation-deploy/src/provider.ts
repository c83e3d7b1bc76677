import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type ActionProvider, type ActionResult, defineAction } from '@penstock/core'
import { awsClientSettings } from '@penstock/core/aws'
import { type Done, executeChangeSet, replaceChangeSet } from './change-sets.js'
import type { CloudFormationConfig } from './config.js'
import { links, Operation } from './operation.js'
import { type ActionMode, properties, validate } from './properties.js'
import { Stacks } from './stacks.js'
import { createOrUpdate, deleteOnly } from './whole-stacks.js'

const modes: Readonly<Record<ActionMode, (on: Operation) => Promise<Done>>> = {
  CREATE_UPDATE: (on) => createOrUpdate(on, false),
  REPLACE_ON_FAILURE: (on) => createOrUpdate(on, true),
  DELETE_ONLY: deleteOnly,
  CHANGE_SET_REPLACE: replaceChangeSet,
  CHANGE_SET_EXECUTE: executeChangeSet,
}

/** Deploy/AWS/CloudFormation. `region` is asked when the first stack is. */
export function cloudFormation(config: CloudFormationConfig, region: () => string): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Deploy',
    owner: 'AWS',
    provider: 'CloudFormation',
    description: 'Creates, updates and deletes stacks, straight or by change sets',
    inputArtifacts: [0, 10],
    outputArtifacts: [0, 1],
    configuration: properties,
    validate,
    async run(job, ctx) {
      const settings = await awsClientSettings(config, { plugin: 'cloudformation-deploy', region: region(), ctx })
      const stacks = await Stacks.open(settings, ctx, job.configuration.StackName)
      try {
        const on = new Operation(job, ctx, stacks, config, settings)
        return await told(on, await modes[job.configuration.ActionMode](on))
      } finally {
        stacks.close()
      }
    },
  })
}

/** The stack's outputs become variables, and a file where one is asked for. */
async function told({ job, ctx, settings }: Operation, { summary, stack, stackId }: Done): Promise<ActionResult> {
  const outputs = Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  )
  const { OutputFileName } = job.configuration
  if (job.outputs.length > 0 && OutputFileName === undefined)
    ctx.log.line('Without OutputFileName there is no output artifact')
  if (job.outputs.length > 0 && OutputFileName !== undefined) {
    const folder = join(ctx.workspace, 'stack-outputs')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, basename(OutputFileName)), `${JSON.stringify(outputs, undefined, 2)}\n`)
    await ctx.output(folder)
  }
  return { summary, ...(stackId === undefined ? {} : links(stackId, settings)), outputVariables: outputs }
}
