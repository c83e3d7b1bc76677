/** What programs of the machine a plugin works with, as its manifest says (`penstock.needs` of package.json): `penstock doctor` looks for them. */
import { suggestion } from './nearest.js'

/** One program, or one of several that do the same. */
export interface ProgramNeed {
  /** Any one of them is enough. */
  readonly programs: readonly string[]
  /** What makes it say its version; `--version` unless said. */
  readonly arguments: readonly string[]
  /** What is kept from working without it, or made worse. */
  readonly use: string
  /** How to get it: `apt-get install git`. */
  readonly install: string
  /** Looked for only once penstock.yaml has a section of the plugin. */
  readonly whenConfigured: boolean
}

const keys = ['programs', 'arguments', 'use', 'install', 'whenConfigured']

/** Reads `needs`; `where` is what problems begin with. */
export function readNeeds(
  where: string,
  value: unknown,
): { readonly needs: readonly ProgramNeed[] } | { readonly problem: string } {
  if (!Array.isArray(value)) return { problem: `${where} must be a list` }
  const needs: ProgramNeed[] = []
  for (const [at, one] of value.entries()) {
    const read = readNeed(`${where}[${at}]`, one)
    if (typeof read === 'string') return { problem: read }
    needs.push(read)
  }
  return { needs }
}

function readNeed(where: string, value: unknown): ProgramNeed | string {
  if (typeof value !== 'object' || value === null) return `${where} must be an object`
  const stranger = Object.keys(value).find((key) => !keys.includes(key))
  if (stranger !== undefined) return `${where} has the unknown key '${stranger}'${suggestion(stranger, keys)}`
  const {
    programs,
    arguments: args = ['--version'],
    use,
    install,
    whenConfigured = false,
  } = value as Record<string, unknown>
  if (!isTexts(programs) || programs.length === 0 || !programs.every((name) => /^[\w.+-]+$/.test(name)))
    return `${where}.programs is ${JSON.stringify(programs)}, but must be names of programs, such as ["git"]`
  if (!isTexts(args)) return `${where}.arguments must be a list of texts`
  if (typeof use !== 'string' || use === '') return `${where}.use is missing: say what it is for`
  if (typeof install !== 'string' || install === '') return `${where}.install is missing: say how to get it`
  if (typeof whenConfigured !== 'boolean') return `${where}.whenConfigured must be true or false`
  return { programs, arguments: args, use, install, whenConfigured }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
