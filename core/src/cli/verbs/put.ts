import { isKept, unusedRole } from '../../app/pipeline-files/as-kept.js'
import { readPipelineText } from '../../app/pipeline-text.js'
import type { FaultDetail } from '../../domain/faults.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { Refused } from '../api/refusal.js'
import { print } from '../output.js'
import { clean } from '../terminal/clean.js'
import type { VerbOptions } from './options.js'

/**
 * `penstock put FILE`: creates the pipeline of a YAML or JSON file, or updates it when it says something new (`-` reads standard input). Creating starts
 * an execution (X1); updating starts one with `--start` only.
 */
export async function put(file: string, options: VerbOptions & { readonly start?: boolean }): Promise<void> {
  const { pipeline: given, tags } = readPipelineText(file)
  const { name } = given
  const { result, version, started, warnings } = await withClient(options, async (client): Promise<Kept> => {
    const known = await existing(client, name)
    const pipeline = { ...given, roleArn: given.roleArn ?? known?.roleArn ?? unusedRole }
    if (!known) {
      const made = await client.createPipeline({ pipeline, ...(tags ? { tags } : {}) })
      return { result: 'created', version: made.pipeline.version, ...(await warned(client, name)) }
    }
    // An update ends executions that are under way (X10): one that says nothing new is none.
    const same = isKept(pipeline, known)
    const kept = same ? known : (await client.updatePipeline({ pipeline })).pipeline
    const started = options.start ? await client.startPipelineExecution({ name }) : undefined
    return {
      result: same ? 'unchanged' : 'updated',
      version: kept.version,
      started: started?.pipelineExecutionId,
      ...(await warned(client, name)),
    }
  })
  for (const { path, message } of warnings)
    process.stderr.write(`WARNING ${path === '' ? 'pipeline' : path}: ${clean(message)}\n`)
  const answer = { pipelineName: name, result, version, ...(started ? { pipelineExecutionId: started } : {}) }
  print(options.output, answer, () => [
    `${name} is ${result}, version ${version}`,
    ...(started ? [`${started} is started`] : []),
  ])
}

interface Kept {
  readonly result: 'created' | 'updated' | 'unchanged'
  readonly version: number | undefined
  readonly started?: string | undefined
  readonly warnings: readonly FaultDetail[]
}

/** What the server took and warns of. One that is older than this command cannot say. */
async function warned(client: Client, name: string): Promise<{ readonly warnings: readonly FaultDetail[] }> {
  try {
    return await client.getPipelineWarnings({ name })
  } catch (error) {
    if (error instanceof Refused) return { warnings: [] }
    throw error
  }
}

/** The pipeline at the server. Errors: what the server says, but that there is none. */
export async function existing(client: Client, name: string): Promise<PipelineDeclaration | undefined> {
  try {
    return (await client.getPipeline({ name })).pipeline
  } catch (error) {
    if (error instanceof Refused && error.code === 'PipelineNotFoundException') return undefined
    throw error
  }
}
