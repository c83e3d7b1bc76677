import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readManifest } from '../../host/manifest.js'
import { CommandFailed } from '../output.js'

/** `penstock plugin build`: src/index.ts into the manifest's entry, in one file; packages are left out. */
export async function buildPlugin(dir: string): Promise<void> {
  const folder = resolve(dir)
  const { entry, esModule } = await readManifest(folder)
  const source = ['src/index.ts', 'src/index.js'].map((path) => join(folder, path)).find((path) => existsSync(path))
  if (source === undefined) throw new CommandFailed(`${folder} has no src/index.ts`)
  const { build } = await import('esbuild')
  await build({
    entryPoints: [source],
    outfile: join(folder, entry),
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: esModule ? 'esm' : 'cjs',
    sourcemap: true,
    logLevel: 'error',
  }).catch(() => {
    throw new CommandFailed(`${source} was not built: see above`)
  })
}
