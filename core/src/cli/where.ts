import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Config, loadConfig } from '../app/config.js'
import { defined } from '../domain/defined.js'
import type { WhereOptions } from './main.js'
import { CommandFailed } from './output.js'

/** The configuration that a command works on. Errors: ConfigError. */
export function configOf({ config, data }: WhereOptions): Config {
  return loadConfig({ ...defined({ file: config }), overrides: dataOverride(data) })
}

/**
 * The same, for what needs a data folder that is there: one named on the command line is not made, for it may be misspelled.
 * Errors: ConfigError; CommandFailed.
 */
export function existingConfigOf(options: WhereOptions): Config {
  const config = configOf(options)
  if (options.data !== undefined && !existsSync(config.dataDir))
    throw new CommandFailed(
      `there is no folder ${config.dataDir}: is --data spelled rightly? penstock serve makes a new data folder`,
    )
  return config
}

/** `--data` starts from where the command was called. */
export function dataOverride(data: string | undefined): Record<string, unknown> {
  return data === undefined ? {} : { dataDir: resolve(data) }
}
