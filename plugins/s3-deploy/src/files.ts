import { realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { listFiles } from '@penstock/core'

/** A file of an artifact. */
export interface DeployFile {
  /** Inside the artifact, with `/`. */
  readonly path: string
  /** Where its content is, links followed. */
  readonly file: string
}

/**
 * The files of an unpacked artifact, and what was left out: links to folders and to nothing. A link to a file of the
 * artifact is that file; one that leads out of it is never followed.
 */
export async function filesOf(folder: string): Promise<{ files: DeployFile[]; left: string[] }> {
  const root = realpathSync(folder)
  const files: DeployFile[] = []
  const left: string[] = []
  for (const path of await listFiles(folder)) {
    const file = contentOf(root, join(folder, path))
    if (file === undefined) left.push(path)
    else files.push({ path, file })
  }
  return { files, left }
}

function contentOf(root: string, path: string): string | undefined {
  try {
    const file = realpathSync(path)
    return file.startsWith(`${root}${sep}`) && statSync(file).isFile() ? file : undefined
  } catch {
    return undefined
  }
}
