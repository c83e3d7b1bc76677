import { join } from 'node:path'
import { type ActionProvider, defineAction, type JobContext, JobFailed, readInside } from '@penstock/core'
import { inWords, type PlanSummary, summarize } from './plan-summary.js'
import { objectOf, planProperties, problemsOf } from './properties.js'
import { openRootModule, textsOf } from './root-module.js'

/** The plan's name beside the code: what apply looks for. */
export const planFile = 'penstock.tfplan'

/**
 * Build/Custom/TerraformPlan: `init`, `plan`, and the code with its plan as the output artifact, for an approval to be
 * given and TerraformApply to take. Output variables: Summary, Add, Change, Destroy, HasChanges.
 */
export const terraformPlan: ActionProvider<typeof planProperties> = defineAction({
  category: 'Build',
  provider: 'TerraformPlan',
  description: 'Plans changes of infrastructure with Terraform or OpenTofu',
  inputArtifacts: 1,
  outputArtifacts: [0, 1],
  configuration: planProperties,
  validate: problemsOf,
  async run(job, ctx) {
    const { VarFile = '', Variables, Destroy, LockTimeout } = job.configuration
    const module = await openRootModule(job, ctx)
    const files = VarFile.split(',')
      .map((file) => file.trim())
      .filter((file) => file !== '')
    const variables = Object.entries(textsOf(objectOf(Variables, 'Variables') as Record<string, unknown>))
    const args = [
      'plan',
      '-input=false',
      '-no-color',
      `-lock-timeout=${LockTimeout}s`,
      '-detailed-exitcode',
      `-out=${planFile}`,
      ...(Destroy ? ['-destroy'] : []),
      ...files.map((file) => `-var-file=${file}`),
      ...variables.map(([name, value]) => `-var=${name}=${value}`),
    ]
    // 0: nothing to do, 1: an error, 2: something to do.
    const code = await module.terraform(args, { check: false })
    if (code !== 0 && code !== 2) throw new JobFailed(`the plan failed with exit code ${code}: its log says why`)
    const summary = await readSummary(ctx, join(ctx.workspace, 'plan.json'), (file) =>
      module.capture(['show', '-json', planFile], file),
    )
    if (job.outputs.length > 0) await ctx.output((await ctx.input()).folder)
    const words = inWords(summary)
    ctx.log.line(words)
    const { add, change, destroy, changes } = summary
    return {
      summary: words,
      outputVariables: {
        Summary: words,
        Add: `${add}`,
        Change: `${change}`,
        Destroy: `${destroy}`,
        HasChanges: `${changes}`,
      },
    }
  },
})

/** The plan as JSON has every value in clear, secrets too: it stays in the job's own folder, and goes with that. */
async function readSummary(
  ctx: JobContext,
  file: string,
  write: (file: string) => Promise<void>,
): Promise<PlanSummary> {
  await write(file)
  try {
    return summarize(readInside(ctx, file))
  } catch (error) {
    throw new JobFailed(`"show -json" printed what is not JSON: ${(error as Error).name}`)
  }
}
