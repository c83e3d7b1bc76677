/** better-sqlite3 has a compiled part, which fits the Node.js that it was built for and no other. */
import { dirname, sep } from 'node:path'

/** Where it is to be built anew, and how. */
export interface NativeProblem {
  readonly found: string
  readonly remedy: string
}

/** Loads the compiled part; `undefined` when that works. Cheap: Node keeps what was loaded. */
export function lookAtNativeModule(): NativeProblem | undefined {
  try {
    const Sqlite = require('better-sqlite3') as typeof import('better-sqlite3')
    new Sqlite(':memory:').close()
    return undefined
  } catch (error) {
    return { found: `${whatIsWrong(error as NodeJS.ErrnoException)}; nothing is wrong with the data`, remedy: remedy() }
  }
}

/** What its loader says in thirteen lines and paths, as the one thing that was not done. */
function whatIsWrong({ message, code }: NodeJS.ErrnoException): string {
  const here = `Node.js ${process.version} (${process.platform} ${process.arch})`
  const other = /different Node\.js version|did not self-register|invalid ELF header|wrong ELF class/.test(message)
  if (other) return `better-sqlite3 was built for another Node.js or machine than this ${here}`
  if (/Could not locate the bindings file/.test(message) || code === 'MODULE_NOT_FOUND')
    return 'the compiled part of better-sqlite3 is not there: its installation was cut short, or told to run no scripts'
  return `better-sqlite3 cannot be loaded by ${here}: ${message.split('\n')[0]}`
}

/** Errors: none; where the module itself is not found, where this package is. */
function remedy(): string {
  const folder = installationFolder()
  return `cd ${folder} && npm rebuild better-sqlite3 (it compiles where no built one can be had: g++, make and python3)`
}

/** The folder whose node_modules has it. */
export function installationFolder(): string {
  const at = fileOf('better-sqlite3/package.json') ?? __dirname
  const end = at.lastIndexOf(`${sep}node_modules${sep}`)
  return end < 0 ? dirname(at) : at.slice(0, end)
}

function fileOf(name: string): string | undefined {
  try {
    return require.resolve(name)
  } catch {
    return undefined
  }
}
