import { join } from 'node:path'
import { type ActionJob, type JobContext, JobFailed, readInside } from '@penstock/core'
import type { Configuration } from './provider.js'

/** The input of the execution: JSON. Errors: JobFailed ConfigurationError naming Input. */
export async function executionInput(job: ActionJob<Configuration>, ctx: JobContext): Promise<string> {
  const { InputType, Input = '{}' } = job.configuration
  if (InputType === 'Literal') return Input
  if (job.inputNames.length === 0)
    throw new JobFailed('InputType FilePath needs an input artifact, and this action has none', 'ConfigurationError')
  const { folder, name } = await ctx.input()
  let text: string
  try {
    text = readInside(ctx, join(folder, Input))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error
    throw new JobFailed(`Input: the artifact ${name} has no file ${Input}`, 'ConfigurationError')
  }
  const problem = jsonProblem(text)
  if (problem === undefined) return text
  throw new JobFailed(`Input: ${name}::${Input} ${problem}`, 'ConfigurationError')
}

/** Why a text is no JSON; `undefined` when it is. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch (error) {
    return `is no JSON: ${(error as Error).message}`
  }
}
