/** Checks a plugin's types with whatever TypeScript is at hand: the plugin's own, or the host's. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What came of it: the compiler's lines, none when all is well; `undefined` where there is no TypeScript. */
export async function typeErrors(folder: string): Promise<readonly string[] | undefined> {
  const compiler = find(folder, 'typescript')
  if (compiler === undefined || !existsSync(join(folder, 'tsconfig.json'))) return undefined
  const types = find(folder, '@types/node')
  const args = types === undefined ? [] : ['--types', 'node', '--typeRoots', dirname(types)]
  try {
    await run(
      process.execPath,
      [join(compiler, 'bin', 'tsc'), '--noEmit', '-p', folder, '--pretty', 'false', ...args],
      {
        cwd: folder,
        timeout: 600_000,
      },
    )
    return []
  } catch (error) {
    const { stdout = '', message } = error as Error & { readonly stdout?: string }
    const lines = stdout.split('\n').filter((line) => line.trim() !== '')
    return lines.length > 0 ? lines : [message]
  }
}

/** The folder of a package as the plugin sees it, or else as the host does. */
function find(folder: string, name: string): string | undefined {
  for (const from of [join(folder, 'package.json'), __filename]) {
    try {
      return dirname(createRequire(from).resolve(`${name}/package.json`))
    } catch {
      // Not from there.
    }
  }
  return undefined
}
