import { readFileSync } from 'node:fs'
import { withPlugins } from '../app/offline.js'
import { parsePipelineFile } from '../app/pipeline-files.js'
import { pluginProblems } from '../app/plugin-problems.js'
import { validatePipeline } from '../domain/validation/structure.js'
import { askElsewhere, lookup } from '../engine/define-pipeline.js'
import { reason } from '../host/contain.js'
import type { WhereOptions } from './main.js'
import { CommandFailed, print } from './output.js'
import { configOf } from './where.js'

/** `penstock validate FILE`: every problem with its place; status 1 when there is one. */
export async function validate(file: string, options: WhereOptions & { readonly output?: string }): Promise<void> {
  const problems = await withPlugins(configOf(options), async (parts) => {
    const { pipeline } = read(file)
    // Without its plugin an action type is unknown, and the reason is here.
    for (const problem of pluginProblems(parts.host)) process.stderr.write(`PROBLEM ${problem}\n`)
    return validatePipeline(pipeline, lookup(parts.engine, await askElsewhere(parts.engine, pipeline)))
  })
  print(options.output, { file, problems }, () =>
    problems.length === 0
      ? [`${file}: valid`]
      : problems.map(({ path, code, message }) => `${file}: ${path || 'pipeline'}: ${message} (${code})`),
  )
  if (problems.length > 0) process.exitCode = 1
}

function read(file: string): ReturnType<typeof parsePipelineFile> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandFailed(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    return parsePipelineFile(text)
  } catch (error) {
    throw new CommandFailed(`${file} ${reason(error)}`)
  }
}
