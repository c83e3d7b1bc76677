import { askServer } from '../app/control-socket.js'
import type { Pruned } from '../app/retention.js'
import type { WhereOptions } from './main.js'
import { print, UsageError } from './output.js'
import { clean } from './terminal/clean.js'
import { existingConfigOf } from './where.js'

export interface PruneOptions extends WhereOptions {
  readonly output?: string
  readonly dryRun?: boolean
}

/**
 * `penstock prune`: forgets now what `retention` would forget within the hour, with logs and artifacts; `--dry-run` says what. With a pipeline and
 * an execution's id, that execution alone, whatever the limits. Errors: what the server says; UsageError.
 */
export async function prune(
  pipelineName: string | undefined,
  executionId: string | undefined,
  options: PruneOptions,
): Promise<void> {
  if (pipelineName !== undefined && executionId === undefined)
    throw new UsageError(`name the execution of ${pipelineName}, too: penstock executions ${pipelineName} shows them`)
  const request = {
    dryRun: options.dryRun ?? false,
    ...(pipelineName === undefined ? {} : { pipelineName, executionId }),
  }
  const { dataDir } = existingConfigOf(options)
  const pruned = (await askServer(dataDir, {
    command: 'history prune',
    name: JSON.stringify(request),
  })) as readonly Pruned[]
  const verb = options.dryRun ? 'would go' : 'gone'
  print(options.output, pruned, () =>
    pruned.length === 0 ? ['Nothing is beyond the limits.'] : pruned.flatMap((one) => linesOf(one, verb)),
  )
}

function linesOf({ pipelineName, executionIds, withoutArtifacts = [] }: Pruned, verb: string): string[] {
  return [
    ...(executionIds.length === 0 ? [] : [clean(`${pipelineName}: ${executionIds.length} ${verb}`)]),
    ...(withoutArtifacts.length === 0
      ? []
      : [clean(`${pipelineName}: artifacts of ${withoutArtifacts.length} more ${verb}`)]),
  ]
}
