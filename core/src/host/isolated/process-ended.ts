const brand = Symbol.for('penstock.plugin-process-ended')

/** The process that a plugin's code was running in has ended: what was asked of it will never be answered. */
export class PluginProcessEnded extends Error {
  readonly [brand] = true
  constructor(
    readonly plugin: string,
    readonly why: string,
  ) {
    super(`the process of plugin '${plugin}' ${why}`)
    this.name = 'PluginProcessEnded'
  }
}

/** True for a PluginProcessEnded: the work may be begun again in the process that takes its place. */
export function isPluginProcessEnded(error: unknown): error is PluginProcessEnded {
  return typeof error === 'object' && error !== null && brand in error
}
