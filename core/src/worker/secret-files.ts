import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BuildUser } from './sandbox/build-user.js'

/**
 * Secrets that an action's steps read as files, beside its workspace, so that no artifact packs them. They are there while
 * the action runs, readable for its steps alone.
 */
export class SecretFiles {
  constructor(
    readonly folder: string,
    /** Whose processes the steps are, where that is another user than the server's. */
    readonly user: BuildUser | undefined,
  ) {}

  /** The file's path, absolute. What a step may be reading is not written again. */
  write(name: string, value: string): string {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    const path = join(this.folder, encodeURIComponent(name))
    if (read(path) !== value) {
      writeFileSync(`${path}.new`, value, { mode: 0o400 })
      this.#give(`${path}.new`)
      renameSync(`${path}.new`, path)
    }
    this.#give(this.folder)
    return path
  }

  /** The action is over. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #give(path: string): void {
    if (this.user !== undefined) chownSync(path, this.user.uid, this.user.gid)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
