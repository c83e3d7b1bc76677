import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ActionProvider, type ConfigurationOf, defineAction, type JobContext, JobFailed } from '@penstock/core'
import { openSources, writeOwn } from '../source.js'
import { isVariableName, parseEnvironment, prepareVariables, readVariables } from '../variables.js'
import { type Buildspec, parseBuildspec } from './buildspec.js'
import { codeBuildVariables } from './environment.js'
import { findBuildspec } from './find-buildspec.js'
import { assignOutputs, putOut } from './outputs.js'
import { buildScript } from './script.js'

const properties = {
  ProjectName: { description: 'The project on CodeBuild; here it is only a name', required: true, key: true },
  PrimarySource: { description: 'With several input artifacts: the one that has the buildspec' },
  EnvironmentVariables: {
    description: 'More variables, as JSON: [{"name": "A", "value": "b", "type": "PLAINTEXT"}]',
    example: '[{"name":"STAGE","value":"beta"}]',
  },
  BuildspecOverride: {
    description: "A path inside the primary source, or the buildspec's text; buildspec.yml unless given",
  },
  BatchEnabled: { type: 'boolean', description: 'Batch builds are not supported here' },
  CombineArtifacts: { type: 'boolean', description: 'Belongs to batch builds' },
} as const

type Configuration = ConfigurationOf<typeof properties>

function validate({ BatchEnabled, EnvironmentVariables }: Configuration): string[] {
  const variables =
    EnvironmentVariables === undefined ? {} : parseEnvironment(EnvironmentVariables, 'EnvironmentVariables')
  return [
    ...(BatchEnabled === true ? ['BatchEnabled is true: batch builds are not supported; false is right'] : []),
    ...(typeof variables === 'string' ? [variables] : []),
  ]
}

/**
 * Build/AWS/CodeBuild and Test/AWS/CodeBuild: a repository's buildspec (version 0.2), run on this machine. Its exported
 * variables are the action's output variables; its artifacts sections are the output artifacts.
 */
export function codeBuild(category: 'Build' | 'Test'): ActionProvider<typeof properties> {
  return defineAction({
    category,
    owner: 'AWS',
    provider: 'CodeBuild',
    description: "Runs a repository's buildspec.yml",
    inputArtifacts: [1, 5],
    outputArtifacts: [0, 5],
    configuration: properties,
    validate,
    async run(job, ctx) {
      const { PrimarySource, EnvironmentVariables, BuildspecOverride } = job.configuration
      if (job.inputNames.length > 1 && PrimarySource === undefined) {
        const message = `PrimarySource is missing: with several input artifacts it names the one with the buildspec (${job.inputNames.join(', ')})`
        throw new JobFailed(message, 'ConfigurationError')
      }
      const sources = await openSources(job, ctx, PrimarySource)
      const { file, text } = await findBuildspec(sources.folder, BuildspecOverride)
      const spec = parseBuildspec(text, file)
      const outputs = assignOutputs(job, spec, file)
      const given =
        EnvironmentVariables === undefined ? {} : parseEnvironment(EnvironmentVariables, 'EnvironmentVariables')
      const own = { ...spec.variables, ...(typeof given === 'string' ? {} : given) }
      const environment = codeBuildVariables(job, ctx, sources, own)
      checkVariables(spec, file, environment)
      if (spec.ignored.length > 0) ctx.log.line(`${file}: not honoured here: ${spec.ignored.join(', ')}`)
      await runPhases(ctx, spec, sources.folder, environment)
      for (const [name, section] of outputs) await putOut(ctx, sources.folder, name, section)
      return { outputVariables: await readVariables(ctx, spec.exportedVariables) }
    },
  })
}

/** Errors: JobFailed ConfigurationError, naming the variable. */
function checkVariables(spec: Buildspec, file: string, environment: Readonly<Record<string, string>>): void {
  const missing = spec.foreignVariables.filter((name) => environment[name] === undefined)
  if (missing.length > 0) {
    const remedy = `give them in EnvironmentVariables, a secret one as {{secret:NAME}}`
    const message = `${file}: env takes ${missing.join(', ')} from AWS's parameter store or secrets manager: ${remedy}`
    throw new JobFailed(message, 'ConfigurationError')
  }
  const wrong = [...spec.exportedVariables, ...Object.keys(spec.variables)].find((name) => !isVariableName(name))
  if (wrong === undefined) return
  throw new JobFailed(
    `${file}: env has the variable "${wrong}": letters, digits and _ are right, no digit first`,
    'ConfigurationError',
  )
}

/** Errors: JobFailed naming the phases that failed. */
async function runPhases(
  ctx: JobContext,
  spec: Buildspec,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const results = join(ctx.workspace, '.penstock', 'phases')
  const variables = await prepareVariables(ctx)
  const script = writeOwn(ctx, 'buildspec', buildScript(spec, results, variables))
  const label = `buildspec (${spec.phases.map((phase) => phase.name).join(', ')})`
  const { exitCode, signal } = await ctx.exec([spec.shell, script], { cwd, env, label, check: false })
  const ended = (await readFile(results, 'utf8').catch(() => '')).trim().split('\n')
  const failed = ended.map((line) => line.split(' ')).filter(([, code]) => code !== undefined && code !== '0')
  if (failed.length > 0) {
    throw new JobFailed(failed.map(([phase, code]) => `phase ${phase} failed with exit code ${code}`).join('; '))
  }
  if (signal !== undefined) throw new JobFailed(`the build was ended by ${signal}`)
  if (exitCode !== 0) throw new JobFailed(`the build's shell failed with exit code ${exitCode}`)
}
