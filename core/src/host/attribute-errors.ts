/** Errors that nobody caught: the plugin that they came from is named, and a plugin's error does not end the server. */
import { currentPlugin, reason } from './contain.js'
import type { PluginHost } from './plugin-host.js'

export interface UncaughtParts {
  readonly host: Pick<PluginHost, 'ownerOf' | 'report' | 'fail'>
  readonly log: { error(message: string, details: Readonly<Record<string, unknown>>): void }
  /** Called for an exception of the host's own: its state is unknown, so the process must end (running steps go on). */
  readonly fatal: (error: unknown) => void
}

/**
 * Listens for `unhandledRejection` and `uncaughtException`; the answer stops listening.
 * - A rejection is logged and added to its plugin's problems.
 * - An exception in a plugin's own callback fails that plugin: what it holds is unknown, what the host holds is in the
 *   database. An exception of the host's own is fatal.
 */
export function attributeErrors(parts: UncaughtParts): () => void {
  const { host, log } = parts
  const owner = (error: unknown) => currentPlugin() ?? host.ownerOf(error)
  const onRejection = (error: unknown) => {
    const plugin = owner(error)
    log.error('unhandled rejection', { plugin, err: error })
    if (plugin) host.report(plugin, `unhandled rejection: ${reason(error)}`)
  }
  const onException = (error: unknown) => {
    const plugin = owner(error)
    log.error('uncaught exception', { plugin, err: error })
    if (plugin) host.fail(plugin, `uncaught exception, so the plugin was taken out of use: ${reason(error)}`)
    else parts.fatal(error)
  }
  process.on('unhandledRejection', onRejection)
  process.on('uncaughtException', onException)
  return () => {
    process.off('unhandledRejection', onRejection)
    process.off('uncaughtException', onException)
  }
}
