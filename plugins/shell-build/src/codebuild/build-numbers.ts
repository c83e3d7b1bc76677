import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Counts a project's builds, for CODEBUILD_BUILD_NUMBER. */
export interface BuildNumbers {
  /** From 1 on, each once. */
  next(projectName: string): number
}

/** A file for each project, in the plugin's own folder; at once, so that no two builds of a server get the same number. */
export function buildNumbersIn(folder: () => string): BuildNumbers {
  return {
    next(projectName) {
      const all = join(folder(), 'build-numbers')
      mkdirSync(all, { recursive: true, mode: 0o700 })
      const file = join(all, projectName)
      const number = lastIn(file) + 1
      writeFileSync(`${file}.new`, `${number}\n`)
      renameSync(`${file}.new`, file)
      return number
    },
  }
}

/** For a trial without a folder of its own. */
export function countedBuilds(): BuildNumbers {
  const counts = new Map<string, number>()
  return {
    next(projectName) {
      const number = (counts.get(projectName) ?? 0) + 1
      counts.set(projectName, number)
      return number
    },
  }
}

function lastIn(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
