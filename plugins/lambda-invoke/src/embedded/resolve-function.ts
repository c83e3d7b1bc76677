import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { basename, join, resolve, sep } from 'node:path'
import { type JobContext, JobFailed } from '@penstock/core'
import type { FunctionConfig, LambdaConfig } from '../config.js'

/** A function on this machine, ready to be run. */
export interface LocalFunction extends FunctionConfig {
  readonly name: string
  readonly handler: string
  readonly timeoutSeconds: number
  readonly memoryMb: number
  /** The folder has an executable `bootstrap`, as provided.al2023 asks for; it brings its own language. */
  readonly hasBootstrap: boolean
}

/**
 * A function by its name in the configuration, or by a folder: `./FOLDER` in the input artifact, or an absolute path.
 * `undefined` for everything else, which lives on AWS.
 * Errors: ConfigurationError when the folder is not there, or outside of the artifact.
 */
export async function resolveFunction(
  name: string,
  config: LambdaConfig,
  ctx: JobContext,
): Promise<LocalFunction | undefined> {
  const declared = config.functions?.[name]
  if (declared !== undefined) return complete(name, declared)
  if (name.startsWith('/')) return complete(basename(name), { folder: name })
  if (!name.startsWith('./')) return undefined
  const artifact = await ctx.input()
  const folder = resolve(artifact.folder, name)
  if (folder !== artifact.folder && !folder.startsWith(artifact.folder + sep)) {
    throw new JobFailed(`FunctionName ${name} is outside of the input artifact ${artifact.name}`, 'ConfigurationError')
  }
  return complete(basename(folder), { folder })
}

async function complete(name: string, config: FunctionConfig): Promise<LocalFunction> {
  const found = await stat(config.folder).catch(() => undefined)
  if (!found?.isDirectory()) {
    throw new JobFailed(`FunctionName ${name}: there is no folder ${config.folder}`, 'ConfigurationError')
  }
  const hasBootstrap = await access(join(config.folder, 'bootstrap'), constants.X_OK).then(
    () => true,
    () => false,
  )
  return { handler: 'index.handler', timeoutSeconds: 900, memoryMb: 512, ...config, name, hasBootstrap }
}
