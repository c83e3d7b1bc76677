import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { injectable } from './services.js'

/**
 * Names of pipelines that are kept as files whose definitions were refused: nobody else may take them, or the mended
 * file would overwrite what was made in the meantime. A file that is gone keeps nothing.
 */
@injectable()
export class ReservedNames {
  private readonly files = new Map<string, string>()

  reserve(name: string, file: string): void {
    this.files.set(name, file)
  }

  /** What keeps the name, in words for people; `undefined` when it is free. */
  keeperOf(name: string): string | undefined {
    const file = this.files.get(name)
    if (file === undefined || !existsSync(file)) return undefined
    return `the pipeline file ${basename(file)}, which was refused: mend it, or remove it`
  }
}
