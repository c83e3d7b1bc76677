import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defined } from '../../domain/defined.js'
import type { Revision } from '../../domain/revision.js'
import type { ActionJob, ActionResult, InputArtifact } from '../action-job.js'
import type { ActionProvider } from '../action-provider.js'
import type { PropertyDeclaration } from '../action-type-declaration.js'
import { commandProperties } from '../command-properties.js'
import type { JobContext } from '../provider-context.js'
import type { SourceProvider } from '../source-provider.js'
import { configurationVariables, folderVariables, revisionVariables } from './environment.js'
import { readCommandOutput } from './output-file.js'
import { runPoll } from './poll.js'
import type { YamlAction } from './read.js'

type Values = Readonly<Record<string, string | number | boolean>>

/** The provider that runs an action's script as a durable step; a source's is polled with its `poll`. */
export function yamlProvider(action: YamlAction): ActionProvider {
  const { category, provider, version, description, inputArtifacts, outputArtifacts } = action
  const { timeoutInMinutes, idempotent, entityUrl } = action
  const declaration = {
    category,
    provider,
    ...defined({ version, description, inputArtifacts, outputArtifacts, timeoutInMinutes }),
    // A source only reads: to fetch again does no harm.
    idempotent: idempotent ?? category === 'Source',
    ...(entityUrl === undefined ? {} : { settings: { entityUrlTemplate: entityUrl } }),
    configuration: propertiesOf(action),
  }
  const run: ActionProvider['run'] = (job, ctx) => runScript(action, job as ActionJob<Values>, ctx)
  if (action.poll === undefined) return { ...declaration, run }
  const { poll, shell = 'sh' } = action
  const source: SourceProvider = {
    ...declaration,
    run,
    latestRevision: (values, ctx) => runPoll(shell, poll, pollVariables(action, values as Values), ctx.signal),
  }
  return source
}

function propertiesOf({ configuration = {} }: YamlAction): Record<string, PropertyDeclaration> {
  const own = Object.entries(configuration).map(([name, { env: _, ...declaration }]) => [name, declaration])
  return { ...commandProperties, ...Object.fromEntries(own) }
}

async function runScript(action: YamlAction, job: ActionJob<Values>, ctx: JobContext): Promise<ActionResult> {
  const { shell = 'sh', run, category } = action
  const revision = category === 'Source' ? await revisionOf(action, job, ctx) : undefined
  const inputs: InputArtifact[] = []
  for (const name of job.inputNames) inputs.push(await ctx.input(name))
  const outputs = job.outputs.map(({ name }) => ({ name, folder: join(ctx.workspace, 'out', name) }))
  for (const { folder } of outputs) await mkdir(folder, { recursive: true })
  const cwd = inputs[0]?.folder ?? join(ctx.workspace, 'work')
  await mkdir(cwd, { recursive: true })
  const file = join(ctx.workspace, 'output')
  await ctx.exec([shell, '-ec', run], {
    cwd,
    label: firstLine(run),
    env: {
      ...configurationVariables(action, job.configuration),
      ...folderVariables(inputs, outputs),
      ...revisionVariables({ ...job, ...(revision ? { revision } : {}) }),
      PENSTOCK_OUTPUT: file,
    },
  })
  for (const [index, { name, folder }] of outputs.entries()) {
    const { folder: from, files } = action.outputs?.[index] ?? {}
    const declared = action.outputs?.[index] !== undefined
    await ctx.output(declared ? join(cwd, from ?? '.') : folder, { name, ...(files ? { files } : {}) })
  }
  const { variables, summary, url, id } = await readCommandOutput(ctx, file)
  return {
    ...defined({ summary, externalExecutionUrl: url, externalExecutionId: id }),
    ...(Object.keys(variables).length > 0 ? { outputVariables: variables } : {}),
    ...(revision ? { revision } : {}),
  }
}

/** What to fetch: as the execution pins it; else the newest, which is kept so that a restart fetches the same. */
async function revisionOf(action: YamlAction, job: ActionJob<Values>, ctx: JobContext): Promise<Revision | undefined> {
  if (job.sourceOverride) return { revisionId: job.sourceOverride.revisionValue }
  if (job.revision) return job.revision
  if (job.checkpoint !== undefined) return job.checkpoint as Revision
  const { shell = 'sh', poll = '' } = action
  const newest = await runPoll(shell, poll, pollVariables(action, job.configuration), ctx.signal)
  if (newest) await ctx.checkpoint(newest)
  return newest
}

/** A poll is no step: it gets a clean, small environment too. */
function pollVariables(action: YamlAction, values: Values): Record<string, string> {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8' } = process.env
  return { PATH, HOME, LANG, CI: 'true', ...configurationVariables(action, values) }
}

/** A script's first line, for the log's headings and for errors. */
function firstLine(script: string): string {
  const [first = '', ...more] = script.trim().split('\n')
  const shown = first.length > 120 ? `${first.slice(0, 119)}…` : first
  return more.length > 0 ? `${shown} …` : shown
}
