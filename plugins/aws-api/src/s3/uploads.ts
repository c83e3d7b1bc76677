/**
 * Multipart uploads on their way: a folder each, with a note of what it is to become, a file per part, and a note per
 * part that names its file. A note is renamed into its place, so a part is there whole or not at all, and a part sent
 * twice counts once.
 */
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ArtifactLocation } from '@penstock/core'
import type { CheckedBody } from './checked-body.js'
import { noSuchUpload } from './s3-error.js'

/** What an upload is to become. */
export interface Upload {
  readonly at: ArtifactLocation
  readonly metadata: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly started: number
  /** The ETag of the finished object: a Complete that is sent again is answered again. */
  readonly completed?: string
}

export interface Part {
  readonly number: number
  readonly size: number
  /** MD5 in hexadecimal. */
  readonly etag: string
  /** Base64, by name (`crc32`, ...). */
  readonly checksums: Readonly<Record<string, string>>
  readonly modified: number
  /** Within the upload's folder. */
  readonly file: string
}

export class Uploads {
  /** Completions in progress: one at a time for an upload. */
  private readonly completing = new Map<string, Promise<string>>()

  constructor(private readonly folder: string) {}

  async create(at: ArtifactLocation, metadata: Readonly<Record<string, string>>, now: number): Promise<string> {
    const id = randomBytes(24).toString('hex')
    await mkdir(join(this.folder, id), { recursive: true, mode: 0o700 })
    await this.note(id, 'upload.json', { at, metadata, started: now } satisfies Upload)
    return id
  }

  /** The upload of that id, when it is for that object. Errors: NoSuchUpload. */
  async find(id: string, at: ArtifactLocation): Promise<Upload> {
    const upload = (await this.read(id, 'upload.json')) as Upload | undefined
    if (upload && upload.at.bucket === at.bucket && upload.at.key === at.key) return upload
    throw noSuchUpload()
  }

  /** Keeps a part, instead of one of the same number. Errors: the body's own; NoSuchUpload. */
  async putPart(id: string, number: number, body: CheckedBody, now: number): Promise<Part> {
    const file = `data-${number}-${randomBytes(8).toString('hex')}`
    const path = join(this.folder, id, file)
    const before = await this.part(id, number)
    try {
      await pipeline(body, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }))
      const checksums = Object.fromEntries(body.checksums())
      const part: Part = { number, size: body.size, etag: body.etag, checksums, modified: now, file }
      await this.note(id, partName(number), part)
      if (before) await rm(join(this.folder, id, before.file), { force: true })
      return part
    } catch (error) {
      await rm(path, { force: true })
      throw (error as NodeJS.ErrnoException).code === 'ENOENT' ? noSuchUpload() : error
    }
  }

  async part(id: string, number: number): Promise<Part | undefined> {
    return (await this.read(id, partName(number))) as Part | undefined
  }

  /** By number, ascending. Errors: NoSuchUpload. */
  async parts(id: string): Promise<Part[]> {
    const names = await readdir(join(this.folder, checked(id))).catch(() => {
      throw noSuchUpload()
    })
    const parts: Part[] = []
    for (const name of names.filter((each) => each.startsWith('part-')).sort()) {
      const part = (await this.read(id, name)) as Part | undefined
      if (part) parts.push(part)
    }
    return parts
  }

  /** Opens the bytes of parts, one after the other. */
  async *bytes(id: string, parts: readonly Part[]): AsyncGenerator<Buffer> {
    for (const { file } of parts) {
      const stream: Readable = createReadStream(join(this.folder, id, file), { highWaterMark: 256 * 1024 })
      for await (const piece of stream) yield piece as Buffer
    }
  }

  /** Runs `assemble`, which answers the ETag, once however often it is asked for; what was used is thrown away. */
  complete(id: string, upload: Upload, assemble: () => Promise<string>): Promise<string> {
    const running = this.completing.get(id)
    if (running !== undefined) return running
    const work = async () => {
      const completed = await assemble()
      await this.note(id, 'upload.json', { ...upload, completed } satisfies Upload)
      for (const name of await readdir(join(this.folder, id))) {
        if (name !== 'upload.json') await rm(join(this.folder, id, name), { force: true })
      }
      return completed
    }
    const promise = work().finally(() => this.completing.delete(id))
    this.completing.set(id, promise)
    return promise
  }

  async abort(id: string): Promise<void> {
    await rm(join(this.folder, checked(id)), { recursive: true, force: true })
  }

  /** Throws away what was begun before `limit` (epoch milliseconds). Answers how many. */
  async expire(limit: number): Promise<number> {
    let expired = 0
    for (const id of await readdir(this.folder).catch(() => [])) {
      const path = join(this.folder, id)
      const upload = idPattern.test(id) ? ((await this.read(id, 'upload.json')) as Upload | undefined) : undefined
      // A folder without a note was left by a crash: its own time tells.
      const started = upload?.started ?? (await stat(path).catch(() => undefined))?.mtimeMs ?? limit
      if (started >= limit || this.completing.has(id)) continue
      await rm(path, { recursive: true, force: true })
      expired++
    }
    return expired
  }

  private async read(id: string, name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.folder, checked(id), name), 'utf8'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  private async note(id: string, name: string, value: object): Promise<void> {
    const path = join(this.folder, id, name)
    const temporary = `${path}.${randomBytes(8).toString('hex')}.tmp`
    await writeFile(temporary, JSON.stringify(value), { mode: 0o600, flush: true })
    await rename(temporary, path)
  }
}

const idPattern = /^[0-9a-f]{48}$/
const partName = (number: number) => `part-${String(number).padStart(5, '0')}.json`

/** An id comes from outside and names a folder. Errors: NoSuchUpload. */
function checked(id: string): string {
  if (!idPattern.test(id)) throw noSuchUpload()
  return id
}
