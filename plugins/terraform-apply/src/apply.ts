import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { type ActionProvider, defineAction, JobFailed, readInside } from '@penstock/core'
import { planFile } from './plan.js'
import { common, problemsOf } from './properties.js'
import { openRootModule } from './root-module.js'

/** V5 allows 122,880 bytes for all output variables together; one of Terraform's should leave room for others. */
const longestOutput = 8_192

/**
 * Deploy/Custom/TerraformApply: applies exactly the plan that TerraformPlan left in its artifact, after whatever
 * approvals the pipeline has between the two. Terraform refuses a plan whose state has changed since. Output variables:
 * the root module's outputs that are not sensitive.
 */
export const terraformApply: ActionProvider<typeof common> = defineAction({
  category: 'Deploy',
  provider: 'TerraformApply',
  description: 'Applies a plan of Terraform or OpenTofu',
  inputArtifacts: 1,
  outputArtifacts: 0,
  configuration: common,
  validate: problemsOf,
  async run(job, ctx) {
    const module = await openRootModule(job, ctx)
    await access(join(module.folder, planFile)).catch(() => {
      throw new JobFailed(
        `the input artifact has no ${planFile}: it must be the output of a TerraformPlan action with the same WorkingDirectory`,
        'ConfigurationError',
      )
    })
    await module.terraform([
      'apply',
      '-input=false',
      '-no-color',
      `-lock-timeout=${job.configuration.LockTimeout}s`,
      planFile,
    ])
    const file = join(ctx.workspace, 'outputs.json')
    await module.capture(['output', '-json'], file)
    return { summary: 'applied', outputVariables: outputsOf(readInside(ctx, file)) }
  },
})

/** What later actions may see: names that a variable can have, values that are no secrets and not huge. */
export function outputsOf(json: string): Record<string, string> {
  const outputs = JSON.parse(json) as Readonly<
    Record<string, { readonly sensitive?: boolean; readonly value: unknown }>
  >
  const shown: Record<string, string> = {}
  for (const [name, { sensitive, value }] of Object.entries(outputs)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (sensitive !== true && /^[\w@-]+$/.test(name) && text.length <= longestOutput) shown[name] = text
  }
  return shown
}
