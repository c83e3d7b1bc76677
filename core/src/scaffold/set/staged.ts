/** Changes DATA/plugins as a whole: made beside it, put in its place at the end, with the state before kept in DATA/plugins.prev. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a package.json asks for. */
export function dependenciesOf(folder: string): Readonly<Record<string, string>> {
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) return {}
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies?: Record<string, string> }).dependencies ?? {}
}

export function writeDependencies(folder: string, dependencies: Readonly<Record<string, string>>): void {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`)
}

/** The version of an installed package. */
export function installedVersion(folder: string, name: string): string | undefined {
  const file = join(folder, 'node_modules', name, 'package.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version : undefined
}

/** A new state that lies beside the one in use. */
export interface Stage {
  readonly folder: string
  /** Puts it in place. */
  keep(): void
  /** Brings back what `keep` replaced. */
  undo(): void
  /** Forgets it; nothing happens once it was kept. */
  drop(): void
}

/** `copied`: it begins as what is installed; otherwise empty. */
export function openStage(installed: string, copied: boolean): Stage {
  const folder = `${installed}.new`
  rmSync(folder, { recursive: true, force: true })
  if (copied && existsSync(installed)) {
    cpSync(installed, folder, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
  } else mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  return {
    folder,
    keep: () => {
      const previous = `${installed}.prev`
      rmSync(previous, { recursive: true, force: true })
      if (existsSync(installed)) renameSync(installed, previous)
      else mkdirSync(previous, { mode: 0o700 })
      renameSync(folder, installed)
    },
    undo: () => {
      rmSync(installed, { recursive: true, force: true })
      renameSync(`${installed}.prev`, installed)
    },
    drop: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Runs a change on a stage and keeps it, unless it throws: then all is as before. */
export async function changing<T>(
  installed: string,
  copied: boolean,
  change: (folder: string) => Promise<T>,
): Promise<T> {
  const stage = openStage(installed, copied)
  try {
    const answer = await change(stage.folder)
    stage.keep()
    return answer
  } finally {
    stage.drop()
  }
}
