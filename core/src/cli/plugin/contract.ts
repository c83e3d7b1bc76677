/** A stranger's contract tests, run as the stranger's plugin would be. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../app/config.js'
import { createPluginSandbox } from '../../app/isolation.js'
import { lendCore } from '../../host/load.js'
import { readManifest } from '../../host/manifest.js'
import { noPermissions } from '../../host/permissions.js'
import { CommandFailed } from '../output.js'
import { runTests, testsOf, usualMinutes } from './test.js'

/**
 * Runs the tests that an installed package brings, in a sandbox that shows them the machine's programs and no network, and
 * answers what came of it in words. Errors: CommandFailed when one failed; `otherwise` says what that means.
 */
export async function testInSandbox(config: Config, folder: string, otherwise: string): Promise<string> {
  if (!existsSync(join(folder, 'test')) || testsOf(folder).length === 0)
    return 'it brings no contract tests ("files" of its package.json has no test folder): it was only loaded'
  const sandbox = createPluginSandbox(config)
  const problem = await sandbox.problem()
  if (problem !== undefined) return `its contract tests were not run, for they would not be in a sandbox: ${problem}`
  const { name } = await readManifest(folder)
  const place = { kind: 'package', path: folder, bundled: false } as const
  lendCore(place)
  const made = await sandbox.enclose({
    name,
    place,
    dataFolder: join(config.dataDir, 'plugin-data', `.contract-${name}`),
    permissions: { ...noPermissions, exec: ['*'] },
  })
  try {
    const status = await runTests(folder, folder, usualMinutes, made)
    if (status !== 0) throw new CommandFailed(`the new version fails its own contract tests: see above; ${otherwise}`)
    return 'its contract tests pass'
  } finally {
    await made.remove()
  }
}
