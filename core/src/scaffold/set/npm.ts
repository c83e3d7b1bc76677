/** The installation's own npm, with its registry and its sign-in, for packages whose scripts never run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** npm did not do it; the message has its words. */
export class NpmFailed extends Error {
  override readonly name = 'CommandFailed'
}

/**
 * Runs npm in a folder and answers what it printed. Peers are not installed: the host lends its own `@penstock/core`.
 * Errors: NpmFailed.
 */
export async function npm(folder: string, args: readonly string[]): Promise<string> {
  const quiet = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error']
  const child = spawn('npm', [...args, ...quiet, '--prefix', folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  const failed = once(child, 'error').then(([error]) => {
    throw new NpmFailed(`npm cannot be run: ${(error as Error).message}; it comes with Node`)
  })
  failed.catch(() => {})
  const [status] = (await Promise.race([once(child, 'close'), failed])) as [number | null]
  if (status !== 0) throw new NpmFailed(`npm ${args.join(' ')} failed: ${said.err.trim() || said.out.trim()}`)
  return said.out
}
