/** penstock.yaml as a file; errors say its lines. */
import { readYamlFile, YamlError, type YamlFile } from '../host/yaml-file.js'

export type ConfigFile = YamlFile

/** A configuration that cannot be used; one line a problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

/** Errors: ConfigError when the file is not there or is not YAML. */
export function readConfigFile(file: string): ConfigFile {
  try {
    return readYamlFile(file)
  } catch (error) {
    throw error instanceof YamlError ? new ConfigError(error.problems) : error
  }
}
