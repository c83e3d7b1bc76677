import { resolve } from 'node:path'
import { checkPluginFolder } from '../../scaffold/check-plugin.js'
import { print } from '../output.js'

/** `penstock plugin check`: what is wrong with a plugin, without running any of its jobs; status 1 when something is. */
export async function checkPlugin(dir: string, options: { readonly output?: string }): Promise<void> {
  const folder = resolve(dir)
  const { name, provides, problems } = await checkPluginFolder(folder)
  print(options.output, { folder, name, provides, problems }, () =>
    problems.length === 0
      ? [`${name}: well (${provides.join(', ')})`]
      : problems.map((problem) => `${folder}: ${problem}`),
  )
  if (problems.length > 0) process.exitCode = 1
}
