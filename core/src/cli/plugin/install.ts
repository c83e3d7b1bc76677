import { resolve } from 'node:path'
import { installBundle, writeBundle } from '../../scaffold/set/bundle.js'
import { installSet } from '../../scaffold/set/install.js'
import type { WhereOptions } from '../main.js'
import { print } from '../output.js'
import { configOf } from '../where.js'

interface InstallFlags extends WhereOptions {
  readonly frozen?: boolean
  readonly bundle?: string
  readonly output?: string
}

/** `penstock plugin install`: DATA/plugins becomes what penstock.yaml and its lock file say. */
export async function installPlugins({ frozen = false, bundle, ...options }: InstallFlags): Promise<void> {
  const config = configOf(options)
  const changes =
    bundle === undefined ? await installSet(config, { frozen }) : await installBundle(config, resolve(bundle), frozen)
  print(options.output, { changes }, () =>
    changes.length === 0
      ? ['all plugins are as they should be']
      : [...changes, 'Start the server again, or reload the plugins, to have them.'],
  )
}

/** `penstock plugin bundle`: the set in one file. */
export async function bundlePlugins(file: string, options: WhereOptions): Promise<void> {
  const packages = await writeBundle(configOf(options), file)
  process.stdout.write(
    `${resolve(file)}: ${packages.length} packages\n  penstock plugin install --frozen --bundle ${file}\n`,
  )
}
