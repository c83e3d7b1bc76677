import { basename } from 'node:path'
import { type Offline, withPlugins } from '../app/offline.js'
import { type PipelineText, readPipelineText } from '../app/pipeline-text.js'
import { pluginProblems } from '../app/plugin-problems.js'
import type { Problem } from '../domain/validation/problem.js'
import { validatePipeline } from '../domain/validation/structure.js'
import { askElsewhere, lookup } from '../engine/define-pipeline.js'
import { shellWarnings } from '../engine/secret-references.js'
import { typeWarnings } from '../engine/type-warnings.js'
import { reason } from '../host/contain.js'
import type { DeploymentService } from '../host/deployment-service.js'
import type { WhereOptions } from './main.js'
import { exitStatus, print } from './output.js'
import { clean } from './terminal/clean.js'
import { paint } from './terminal/paint.js'
import { configOf } from './where.js'

/** What is wrong in one file; the place in the text, and in the structure. */
interface Found extends Partial<Problem> {
  readonly message: string
  /** `release.yaml:7:3`. */
  readonly at: string
}

/** `penstock validate FILE...`: every problem of every file, each with its line; status 1 when there is one. */
export async function validate(
  files: readonly string[],
  options: WhereOptions & { readonly output?: string },
): Promise<void> {
  const results = await withPlugins(configOf(options), async (parts) => {
    // Without its plugin an action type is unknown, and the reason is here.
    for (const problem of pluginProblems(parts.host)) process.stderr.write(`PROBLEM ${problem}\n`)
    const all: { file: string; problems: Found[] }[] = []
    for (const file of files) all.push({ file, problems: await problemsOf(file, parts) })
    return all
  })
  print(options.output, results.length === 1 ? results[0] : results, () => results.flatMap(linesOf))
  if (results.some(({ problems }) => problems.length > 0)) process.exitCode = exitStatus.failed
}

async function problemsOf(file: string, { judging, registry }: Offline): Promise<Found[]> {
  const deployments = registry.deployments()
  if (deployments !== undefined && /^appspec\.ya?ml$/.test(basename(file))) return appSpecProblems(file, deployments)
  let text: PipelineText
  try {
    text = readPipelineText(file)
  } catch (error) {
    return reason(error)
      .split('\n')
      .map((message) => ({ at: file, message }))
  }
  const problems = validatePipeline(text.pipeline, lookup(judging, await askElsewhere(judging, text.pipeline)))
  const dangers = problems.length > 0 ? [] : typeWarnings(judging.types, text.pipeline)
  for (const { path, message } of [...shellWarnings(judging.types, text.pipeline), ...dangers])
    process.stderr.write(`WARNING ${text.where(path)}: ${path}: ${clean(message)}\n`)
  const twice = text.warnings.map((message) => ({ at: file, message }))
  return [...twice, ...problems.map((problem) => ({ ...problem, at: text.where(problem.path) }))]
}

/** An AppSpec file is no pipeline, and what it is checked by is the deploying plugin's. */
async function appSpecProblems(file: string, deployments: DeploymentService): Promise<Found[]> {
  const { findings } = await deployments.checkAppSpec({ path: file })
  return findings
    .filter(({ severity }) => severity === 'error')
    .map(({ path, message, line, column }) => {
      const at = line === undefined ? file : `${file}:${line}:${column}`
      return { at, message: `${at}: ${path === '' ? '' : `${path}: `}${message}` }
    })
}

function linesOf({ file, problems }: { readonly file: string; readonly problems: readonly Found[] }): string[] {
  if (problems.length === 0) return [`${file}: ${paint.green('valid')}`]
  return problems.map(({ at, path, code, message }) => {
    if (path === undefined) return clean(message)
    return `${paint.bold(at)}: ${path || 'pipeline'}: ${clean(message)} ${paint.dim(`(${code})`)}`
  })
}
