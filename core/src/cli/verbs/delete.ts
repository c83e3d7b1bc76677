import { withClient } from '../api/connect.js'
import { CommandFailed, print, UsageError } from '../output.js'
import { ask, canAsk } from '../terminal/ask.js'
import type { VerbOptions } from './options.js'
import { stateOf } from './pick.js'

/** `penstock delete PIPELINE`: asks for the name, as the page does; `--yes` spares the question. */
export async function deletePipeline(name: string, options: VerbOptions & { readonly yes?: boolean }): Promise<void> {
  if (!options.yes && !canAsk())
    throw new UsageError(`nobody can be asked here: --yes says that ${name} is to be deleted`)
  await withClient(options, async (client) => {
    await stateOf(client, name) // D1 would say nothing of a name that is not there, such as one mistyped
    if (!options.yes) await confirm(name)
    await client.deletePipeline({ name })
  })
  print(options.output, { pipelineName: name, deleted: true }, () => [`${name} is deleted`])
}

/** Errors: CommandFailed. */
async function confirm(name: string): Promise<void> {
  const typed = await ask(`The pipeline ${name} and its history will be gone. Type its name to delete it: `)
  if (typed !== name) throw new CommandFailed('that is not its name: nothing is deleted')
}
