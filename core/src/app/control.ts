/** What the commands of control-socket.ts do. */
import type { PluginStatus } from '../host/services.js'
import type { Parts } from './container.js'
import type { ControlRequest } from './control-socket.js'
import { systemPrincipal } from './system-principal.js'

/** Carries out one command, and writes it into the audit log. Errors: PluginRefused; an unknown command. */
export async function control(
  { host, services }: Pick<Parts, 'host' | 'services'>,
  { command, name }: ControlRequest,
): Promise<PluginStatus | undefined> {
  const verbs = { 'plugin reload': 'reload', 'plugin enable': 'enable', 'plugin disable': 'disable' } as const
  const verb = Object.hasOwn(verbs, command) ? verbs[command] : undefined
  if (!verb) throw new Error(`the server does not know the command '${command}': is it as new as this one?`)
  const operation = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Plugin`
  const principal = systemPrincipal(services.identity.accountId).arn
  const audit = (result: 'ok' | string) => services.access.audit({ principal, operation, target: name, result })
  try {
    await host[verb](name)
  } catch (error) {
    await audit((error as Error).name)
    throw error
  }
  await audit('ok')
  return host.list().find((plugin) => plugin.name === name)
}
