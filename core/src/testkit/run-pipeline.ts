/** Runs a pipeline with one provider in it, on a whole server, and answers how it went. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../domain/pipeline.js'
import type { ActionExecutionDetail, PipelineExecution } from '../engine/views.js'
import { artifactDetails } from '../host/declaration.js'
import { defineSource, type SourceProvider } from '../host/source-provider.js'
import { dummyProvider } from './dummy-provider.js'
import { type Pluggable, startTestServer, type TestServer, type TestServerOptions } from './test-server.js'

/**
 * What the pipeline is made of.
 * @example
 * const options: RunPipelineOptions = { configuration: { Name: 'World' }, files: { 'a.txt': 'a' } }
 */
export interface RunPipelineOptions extends Omit<TestServerOptions, 'plugins'> {
  readonly configuration?: Readonly<Record<string, string>>
  /** What else the server has: the plugin whose hooks are tried, say. */
  readonly plugins?: readonly Pluggable[]
  /** The files that the pipeline's source fetches, path to text; one empty file when absent. */
  readonly files?: Readonly<Record<string, string>>
  /** More members of the action's declaration, such as `commands`. */
  readonly action?: Partial<ActionDeclaration>
  /** Milliseconds for all of it; a minute when absent. */
  readonly timeout?: number
}

/**
 * How the pipeline's only execution ended.
 * @example
 * const run: PipelineRun = await runPipelineWith(dummyProvider())
 * console.log(run.status)
 */
export interface PipelineRun {
  /** `Succeeded`, `Failed`, `Stopped`; `InProgress` when the time was over. */
  readonly status: PipelineExecution['status']
  /** The last run of the provider's action: status, outputs, error and so on. */
  readonly action: ActionExecutionDetail | undefined
  /** Its log, masked as it is served. */
  readonly log: string
  readonly outputVariables: Readonly<Record<string, string>>
}

/**
 * Starts a server, lets a pipeline of a source and your action run once, and stops the server.
 * A source provider is the source itself; a rule is the entry condition of the second stage.
 * @example
 * const greet = defineAction({
 *   category: 'Build', provider: 'Greet', inputArtifacts: 1, configuration: { Name: { description: 'whom', required: true } },
 *   async run(job, ctx) { ctx.log.line(`hello ${job.configuration.Name}`) },
 * })
 * const run = await runPipelineWith(greet, { configuration: { Name: 'World' } })
 * console.log(run.status, run.log)
 */
export async function runPipelineWith(provider: Pluggable, options: RunPipelineOptions = {}): Promise<PipelineRun> {
  const { bundled, config, clock } = options
  const plugins = [provider, files(options.files ?? { empty: '' }), dummyProvider(), ...(options.plugins ?? [])]
  const given = { ...(bundled ? { bundled } : {}), ...(config ? { config } : {}), ...(clock ? { clock } : {}) }
  const server = await startTestServer({ plugins, ...given })
  try {
    const pipeline = pipelineOf(server, provider, options)
    await server.services.operations.createPipeline(server.admin, { pipeline })
    return await untilEnded(server, pipeline.name, options.timeout ?? 60_000)
  } finally {
    await server.stop()
  }
}

/** Where the kit's source takes its files from. */
function files(content: Readonly<Record<string, string>>): SourceProvider {
  return defineSource({
    provider: 'TestFiles',
    configuration: {},
    outputArtifacts: 1,
    polls: () => false,
    latestRevision: async () => ({ revisionId: 'test' }),
    async run(_job, ctx) {
      for (const [path, text] of Object.entries(content)) {
        const file = join(ctx.workspace, path)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 })
      }
      await ctx.output('.')
      return { revision: { revisionId: 'test' } }
    },
  })
}

const ours = 'Tested'

function pipelineOf(server: TestServer, provider: Pluggable, options: RunPipelineOptions): PipelineDeclaration {
  const type = (category: ActionDeclaration['actionTypeId']['category'], name: string) =>
    ({ category, owner: 'Custom', provider: name, version: '1' }) as const
  const fetch: ActionDeclaration = {
    name: 'Fetch',
    actionTypeId: type('Source', 'TestFiles'),
    outputArtifacts: [{ name: 'Code' }],
  }
  const rest: ActionDeclaration = { name: 'Rest', actionTypeId: type('Build', 'Dummy') }
  const { configuration = {}, action = {} } = options
  const stage = (name: string, actions: readonly ActionDeclaration[]): StageDeclaration => ({ name, actions })
  const stages = (first: ActionDeclaration, second: StageDeclaration) => [stage('Source', [first]), second]
  const common = { name: 'test', roleArn: `arn:aws:iam::${server.services.identity.accountId}:role/test` }
  const artifactStore = { type: 'S3', location: server.services.identity.bucket } as const
  const made = (all: readonly StageDeclaration[]): PipelineDeclaration => ({ ...common, artifactStore, stages: all })
  if (!('provider' in provider)) throw new Error('runPipelineWith wants a provider, not a plugin')
  if (!('category' in provider)) {
    const rule = {
      name: ours,
      ruleTypeId: { category: 'Rule', owner: 'AWS', provider: provider.provider, version: provider.version ?? '1' },
      configuration,
      ...action,
    }
    const entry = { conditions: [{ result: 'FAIL', rules: [rule] }] }
    return made(stages(fetch, { ...stage('Work', [rest]), beforeEntry: entry } as StageDeclaration))
  }
  const tested: ActionDeclaration = {
    name: ours,
    actionTypeId: {
      ...type(provider.category, provider.provider),
      owner: provider.owner ?? 'Custom',
      version: provider.version ?? '1',
    },
    configuration,
    ...artifactsOf(provider),
    ...action,
  }
  return made(
    provider.category === 'Source' ? stages(tested, stage('Work', [rest])) : stages(fetch, stage('Work', [tested])),
  )
}

/** As many artifacts as it must have; an input also when it merely may. */
function artifactsOf(provider: Exclude<Pluggable, { provider?: never }>) {
  const { inputArtifacts, outputArtifacts } = provider as { inputArtifacts?: number; outputArtifacts?: number }
  const input = artifactDetails(inputArtifacts)
  const output = artifactDetails(outputArtifacts)
  const names = Array.from({ length: output.minimumCount }, (_, place) => ({ name: `Out${place + 1}` }))
  return {
    ...(input.maximumCount > 0 ? { inputArtifacts: [{ name: 'Code' }] } : {}),
    ...(names.length > 0 ? { outputArtifacts: names } : {}),
  }
}

async function untilEnded(server: TestServer, pipelineName: string, patience: number): Promise<PipelineRun> {
  const { operations, logs } = server.services
  const deadline = Date.now() + patience
  let execution: PipelineExecution | undefined
  while (Date.now() < deadline) {
    const { pipelineExecutionSummaries: all } = await operations.listPipelineExecutions(server.admin, { pipelineName })
    const [summary] = all
    if (summary !== undefined) {
      const { pipelineExecutionId } = summary
      execution = (await operations.getPipelineExecution(server.admin, { pipelineName, pipelineExecutionId }))
        .pipelineExecution
      if (!['InProgress', 'Stopping'].includes(execution.status)) break
    }
    await delay(20)
  }
  if (execution === undefined) throw new Error(`the pipeline did not start; the server's log:\n${server.log()}`)
  const { actionExecutionDetails } = await operations.listActionExecutions(server.admin, { pipelineName })
  const action = actionExecutionDetails.find(({ actionName }) => actionName === ours)
  const chunk = action === undefined ? undefined : await logs.read(action.actionExecutionId, 0, 4 * 1024 * 1024)
  return {
    status: execution.status,
    action,
    log: chunk?.text ?? '',
    outputVariables: action?.output?.outputVariables ?? {},
  }
}
