import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { withClient } from '../api/connect.js'
import { CommandFailed, print } from '../output.js'
import type { VerbOptions } from './options.js'
import { stateOf } from './pick.js'

/** `penstock url [PIPELINE]`: the address of its page; `penstock open` opens it in a browser, too. */
export async function open(verb: 'open' | 'url', name: string | undefined, options: VerbOptions): Promise<void> {
  const url = await withClient(options, async (client) => {
    if (name === undefined) return `${client.pageUrl}/`
    await stateOf(client, name)
    return `${client.pageUrl}/pipelines/${encodeURIComponent(name)}`
  })
  print(options.output, { url }, () => [url])
  if (verb === 'open') await launch(url)
}

/** Errors: CommandFailed when there is no browser to be had. */
async function launch(url: string): Promise<void> {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open'
  const child = spawn(command, [url], { stdio: 'ignore', detached: true })
  try {
    await once(child, 'spawn')
    child.unref()
  } catch {
    throw new CommandFailed(`${command} is not there to open a browser with: open the address by hand`)
  }
}
