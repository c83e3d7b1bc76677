import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { putInPlace, temporaryName } from './durable.js'

/** What is known about an object besides its bytes. It belongs to the file that has this size and time. */
export interface Note {
  /** Of the file. */
  readonly fileSize: number
  /** The file's, in epoch milliseconds. */
  readonly modified: number
  readonly etag: string
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Notes are files of their own: an object stays the plain zip that it is, and no file system needs to know extended
 * attributes. A note is written BEFORE its object is put in place and keeps the one before it, and a reader takes the note
 * that fits the file it opened: so object and note change as one, whenever the power fails.
 */
export class Notes {
  constructor(
    private readonly folder: string,
    private readonly temporary: string,
  ) {}

  /** The note that belongs to such a file, if there is one. */
  async find(path: string, fileSize: number, modified: number): Promise<Note | undefined> {
    const notes = await this.read(path)
    return notes.find((note) => note.fileSize === fileSize && note.modified === modified)
  }

  /** Adds the note of a file that is about to take its place. */
  async add(path: string, note: Note): Promise<void> {
    const [before] = await this.read(path)
    const name = temporaryName(this.temporary)
    await mkdir(this.temporary, { recursive: true, mode: 0o700 })
    const file = await open(name, 'wx', 0o600)
    try {
      await file.writeFile(JSON.stringify(before === undefined ? [note] : [note, before]))
      await file.sync()
    } finally {
      await file.close()
    }
    await putInPlace(name, `${this.folder}/${path}`)
  }

  async remove(path: string): Promise<void> {
    await rm(`${this.folder}/${path}`, { force: true })
  }

  /** Newest first; none when there is no note, or a damaged one: the etag can be had from the object again. */
  private async read(path: string): Promise<readonly Note[]> {
    try {
      const notes: unknown = JSON.parse(await readFile(`${this.folder}/${path}`, 'utf8'))
      return Array.isArray(notes) ? (notes as Note[]) : []
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }
}
