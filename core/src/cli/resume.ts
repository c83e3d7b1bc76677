import { askServer, ControlFailed } from '../app/control-socket.js'
import { releaseFolder } from '../app/hold.js'
import type { WhereOptions } from './main.js'
import { print } from './output.js'
import { existingConfigOf } from './where.js'

/** `penstock resume`: lets a restored server begin: the one that runs at once, or else the next one. */
export async function resume(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const { dataDir } = existingConfigOf(options)
  const answer = await askRunning(dataDir)
  const wasHeld = answer ?? releaseFolder(dataDir)
  print(options.output, { dataDir, wasHeld, running: answer !== undefined }, () => [
    wasHeld
      ? `${answer === undefined ? 'the next start of the server' : 'the server'} begins to work`
      : 'it was not held',
  ])
}

/** Whether the server was held; `undefined` when none runs. */
async function askRunning(dataDir: string): Promise<boolean | undefined> {
  try {
    return (await askServer(dataDir, { command: 'resume', name: '' })) as boolean
  } catch (error) {
    if (error instanceof ControlFailed && error.noServer) return undefined
    throw error
  }
}
