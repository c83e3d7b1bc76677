import { execFileSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

/** A new temporary folder, removed by `removeFolders`. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-artifacts-'))
  made.push(folder)
  return folder
}

/** Removes what temporaryFolder made. */
export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** Everything that a zip should keep, as one text per path: kind, mode, seconds, content. */
export function listing(folder: string, base = ''): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(join(folder, base)).sort()) {
    const path = base === '' ? name : `${base}/${name}`
    const stat = lstatSync(join(folder, path))
    const mode = (stat.mode & 0o777).toString(8)
    const time = Math.floor(stat.mtimeMs / 1000)
    if (stat.isSymbolicLink()) found[path] = `link ${readlinkSync(join(folder, path))}`
    else if (stat.isDirectory()) {
      found[path] = `directory ${mode} ${time}`
      Object.assign(found, listing(folder, path))
    } else found[path] = `file ${mode} ${time} ${readFileSync(join(folder, path)).toString('latin1')}`
  }
  return found
}

/** Runs python3 with the program as its only source. Errors: what python3 printed. */
export function python(program: string, ...args: string[]): string {
  return execFileSync('python3', ['-c', program, ...args], { encoding: 'utf8' })
}
