import { readPipelineText } from '../../app/pipeline-text.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { Refused } from '../api/refusal.js'
import { print } from '../output.js'
import type { VerbOptions } from './options.js'

/**
 * `penstock put FILE`: creates the pipeline of a YAML or JSON file, or updates it (`-` reads standard input). Creating starts
 * an execution (X1); updating starts one with `--start` only.
 */
export async function put(file: string, options: VerbOptions & { readonly start?: boolean }): Promise<void> {
  const { pipeline, tags } = readPipelineText(file)
  const { result, version, started } = await withClient(options, async (client) => {
    const known = await existing(client, pipeline.name)
    if (!known) {
      const made = await client.createPipeline({ pipeline, ...(tags ? { tags } : {}) })
      return { result: 'created', version: made.pipeline.version, started: undefined }
    }
    const changed = await client.updatePipeline({ pipeline })
    const started = options.start ? await client.startPipelineExecution({ name: pipeline.name }) : undefined
    return { result: 'updated', version: changed.pipeline.version, started: started?.pipelineExecutionId }
  })
  const answer = { pipelineName: pipeline.name, result, version, ...(started ? { pipelineExecutionId: started } : {}) }
  print(options.output, answer, () => [
    `${pipeline.name} is ${result}, version ${version}`,
    ...(started ? [`${started} is started`] : []),
  ])
}

async function existing(client: Client, name: string): Promise<PipelineDeclaration | undefined> {
  try {
    return (await client.getPipeline({ name })).pipeline
  } catch (error) {
    if (error instanceof Refused && error.code === 'PipelineNotFoundException') return undefined
    throw error
  }
}
