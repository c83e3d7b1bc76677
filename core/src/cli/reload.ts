import { askServer } from '../app/control-socket.js'
import type { AppliedFile } from '../app/pipeline-files/apply.js'
import type { WhereOptions } from './main.js'
import { exitStatus, print } from './output.js'
import { clean } from './terminal/clean.js'
import { configOf } from './where.js'

/** `penstock reload`: the running server fetches and applies its pipeline files now; status 1 when one was refused. */
export async function reload(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const { dataDir } = configOf(options)
  const applied = (await askServer(dataDir, { command: 'pipelines reload', name: '' })) as readonly AppliedFile[]
  print(options.output, applied, () => (applied.length === 0 ? ['there are no pipeline files'] : applied.map(lineOf)))
  if (applied.some(({ result }) => result === 'failed')) process.exitCode = exitStatus.failed
}

function lineOf({ file, result, problem }: AppliedFile): string {
  return clean(problem === undefined ? `${file}: ${result}` : `${result.toUpperCase()} ${problem}`)
}
