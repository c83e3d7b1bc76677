/** When uploads were begun at this server: a file each in the plugin's folder, for the day on which nobody has finished them. */
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Begun {
  readonly bucket: string
  /** Epoch milliseconds. */
  readonly started: number
}

/** An upload, or what has no owner any more and no `bucket` either. */
export interface Overdue {
  readonly id: string
  readonly bucket?: string
}

export class BegunUploads {
  constructor(private readonly folder: string) {}

  async note(id: string, begun: Begun): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    await writeFile(join(this.folder, `${id}.json`), JSON.stringify(begun), { mode: 0o600, flush: true })
  }

  async forget(id: string): Promise<void> {
    await rm(join(this.folder, `${id}.json`), { force: true })
    // Until uploads were kept in the artifact store, each had a folder here.
    await rm(join(this.folder, id), { recursive: true, force: true })
  }

  /** What was begun before `limit`, epoch milliseconds. */
  async *before(limit: number): AsyncGenerator<Overdue> {
    for (const name of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, name)
      const begun = await read(path)
      const started = begun?.started ?? (await stat(path).catch(() => undefined))?.mtimeMs ?? limit
      if (started < limit) yield { id: name.replace(/\.json$/, ''), ...(begun ? { bucket: begun.bucket } : {}) }
    }
  }
}

async function read(path: string): Promise<Begun | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Begun
  } catch {
    return undefined // half a note, left by a crash
  }
}
