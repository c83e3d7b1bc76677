import { PassThrough, type Readable } from 'node:stream'
import type { ArtifactLocation, ArtifactStore } from '@penstock/core'
import { type Entry, fromRandomAccessReader, RandomAccessReader, type ZipFile } from 'yauzl'

/** A file in an artifact. */
export interface ArtifactFile {
  /** With slashes, as the archive says it. */
  readonly path: string
  readonly size: number
}

/** Files of an artifact that are listed; more are there only as a whole. */
export const mostFiles = 10_000

/** The artifact's files in the order of their paths, up to `mostFiles`. Errors: that it is no zip archive. */
export async function listArtifact(store: ArtifactStore, at: ArtifactLocation, size: number): Promise<ArtifactFile[]> {
  const zip = await open(store, at, size)
  const files: ArtifactFile[] = []
  for await (const entry of entriesOf(zip)) {
    if (!entry.fileName.endsWith('/')) files.push({ path: entry.fileName, size: entry.uncompressedSize })
    if (files.length >= mostFiles) break
  }
  zip.close()
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** One file as a stream; undefined when the artifact has none of this path. Its bytes are read as they are wanted. */
export async function openFile(
  store: ArtifactStore,
  at: ArtifactLocation,
  size: number,
  path: string,
): Promise<{ readonly file: ArtifactFile; readonly body: Readable } | undefined> {
  const zip = await open(store, at, size)
  for await (const entry of entriesOf(zip)) {
    if (entry.fileName !== path || path.endsWith('/')) continue
    const body = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
    })
    body.once('close', () => zip.close())
    return { file: { path, size: entry.uncompressedSize }, body }
  }
  zip.close()
  return undefined
}

function open(store: ArtifactStore, at: ArtifactLocation, size: number): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const options = { lazyEntries: true, autoClose: false, strictFileNames: false, validateEntrySizes: true }
    fromRandomAccessReader(new StoredObjectReader(store, at), size, options, (error, zip) =>
      error ? reject(error) : resolve(zip),
    )
  })
}

/** One after the other: of a large archive nothing is read that nobody asks for. */
async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      const done = (found?: Entry) => {
        zip.removeAllListeners('entry').removeAllListeners('end').removeAllListeners('error')
        resolve(found)
      }
      zip.once('entry', done)
      zip.once('end', () => done())
      zip.once('error', reject)
      zip.readEntry()
    })
    if (!entry) return
    yield entry
  }
}

/** Reads pieces of an object where the store keeps it. */
class StoredObjectReader extends RandomAccessReader {
  constructor(
    private readonly store: ArtifactStore,
    private readonly at: ArtifactLocation,
  ) {
    super()
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const out = new PassThrough()
    this.store
      .get(this.at, { start, end: end - 1 })
      .then((found) => {
        if (!found) throw new Error('the object is gone')
        found.body.on('error', (error) => out.destroy(error))
        out.on('close', () => (found.body as Readable).destroy?.())
        found.body.pipe(out)
      })
      .catch((error: unknown) => out.destroy(error as Error))
    return out
  }
}
