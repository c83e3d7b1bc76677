import { resolve } from 'node:path'
import { type Config, loadConfig } from '../app/config.js'
import { defined } from '../domain/defined.js'
import type { WhereOptions } from './main.js'

/** The configuration that a command works on. Errors: ConfigError. */
export function configOf({ config, data }: WhereOptions): Config {
  return loadConfig({ ...defined({ file: config }), overrides: dataOverride(data) })
}

/** `--data` starts from where the command was called. */
export function dataOverride(data: string | undefined): Record<string, unknown> {
  return data === undefined ? {} : { dataDir: resolve(data) }
}
