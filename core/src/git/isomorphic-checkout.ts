/**
 * Writes a commit's files without a git program, as git would: names byte for byte, line ends and the like by
 * `.gitattributes`. isomorphic-git's own checkout knows no attributes and reads names as UTF-8.
 */
import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { join } from 'node:path'
import git from 'isomorphic-git'
import { Attributes } from './attributes.js'
import type { Unfetched } from './unfetched.js'
import { workingFile } from './working-file.js'

interface Entry {
  readonly mode: string
  readonly name: Buffer
  readonly oid: string
}

const modes = { tree: '40000', link: '120000', submodule: '160000', executable: '100755' }
const pointerLimit = 1024
const pointerStart = 'version https://git-lfs.github.com/spec/'

type Counts = { -readonly [K in keyof Unfetched]: Unfetched[K] extends number ? number : Record<string, number> }

/** What only the git program can do; `message` completes a sentence about the repository. */
export class NeedsGit extends Error {}

export class IsomorphicCheckout {
  private readonly cache = {}
  readonly converted: Converted[] = []
  readonly unfetched: Counts = { submodules: 0, lfs: 0, filters: {}, encodings: {} }

  /** `only` decides which files are written; all when absent. */
  constructor(
    private readonly gitdir: string,
    private readonly folder: string,
    private readonly only: 'all' | 'converted' = 'all',
  ) {}

  /** Errors: what the disk says; a name that no file may have. */
  async write(commit: string): Promise<void> {
    const { commit: found } = await git.readCommit({ fs, gitdir: this.gitdir, oid: commit, cache: this.cache })
    await this.tree(found.tree, Buffer.from(this.folder), '', new Attributes())
  }

  /** `path` is the folder's, with a slash at its end, as attributes are matched. */
  private async tree(oid: string, at: Buffer, path: string, outer: Attributes): Promise<void> {
    const entries = readTree(await this.object(oid), oid.length / 2)
    const seen = new Set<string>()
    for (const { name } of entries) refuseName(name, path, seen)
    const attributes = await this.attributesIn(entries, path, outer)
    for (const entry of entries) {
      const target = Buffer.concat([at, Buffer.from('/'), entry.name])
      const inner = path + entry.name.toString('utf8')
      if (entry.mode === modes.tree) {
        if (this.only === 'all') fs.mkdirSync(target)
        await this.tree(entry.oid, target, `${inner}/`, attributes)
      } else if (entry.mode === modes.submodule) {
        this.unfetched.submodules++
        fs.mkdirSync(target, { recursive: this.only !== 'all' })
      } else await this.file(entry, target, inner, attributes)
    }
  }

  private async attributesIn(entries: readonly Entry[], path: string, outer: Attributes): Promise<Attributes> {
    const own = entries.find(({ name, mode }) => name.equals(Buffer.from('.gitattributes')) && mode.startsWith('100'))
    if (own === undefined) return outer
    return new Attributes((await this.object(own.oid)).toString('utf8'), path, outer)
  }

  private async file({ mode, name, oid }: Entry, target: Buffer, path: string, attributes: Attributes): Promise<void> {
    const has = attributes.none || mode === modes.link ? undefined : attributes.of(path)
    const again = this.only === 'converted'
    const link = mode === modes.link
    if (again && !link && isUtf8(name) && (has === undefined || has.size === 0)) return
    const stored = await this.object(oid)
    if (again && !isUtf8(link ? stored : name)) throw new NeedsGit('has names that are not UTF-8, whose history')
    if (link) return again ? undefined : fs.symlinkSync(stored, target)
    if (again) this.converted.push({ path, oid })
    const { bytes, unknownEncoding } = has === undefined ? { bytes: stored } : workingFile(stored, oid, has)
    if (unknownEncoding !== undefined) count(this.unfetched.encodings, unknownEncoding)
    const filter = has?.get('filter')
    if (filter === 'lfs') this.unfetched.lfs += isPointer(stored) ? 1 : 0
    else if (typeof filter === 'string') count(this.unfetched.filters, filter)
    const permissions = mode === modes.executable ? 0o777 : 0o666
    this.put(target, () => fs.writeFileSync(target, bytes, { flag: 'wx', mode: permissions }))
  }

  /** What isomorphic-git has written gives way. Never through a link that is there: a file is made, not opened. */
  private put(target: Buffer, make: () => void): void {
    if (this.only === 'converted') fs.rmSync(target.toString('utf8'), { force: true })
    make()
  }

  private async object(oid: string): Promise<Buffer> {
    const read = await git.readObject({ fs, gitdir: this.gitdir, oid, format: 'content', cache: this.cache })
    return Buffer.from(read.object as Uint8Array)
  }
}

/** `mode name NUL id`, again and again. */
function readTree(bytes: Buffer, idLength: number): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(32, at)
    const nul = bytes.indexOf(0, blank)
    if (blank < 0 || nul < 0 || nul + idLength > bytes.length) throw new Error('a tree of the repository is damaged')
    const id = bytes.subarray(nul + 1, nul + 1 + idLength)
    entries.push({
      mode: bytes.toString('latin1', at, blank).replace(/^0+/, ''),
      name: bytes.subarray(blank + 1, nul),
      oid: id.toString('hex'),
    })
    at = nul + 1 + idLength
  }
  return entries
}

/** A file that is not as isomorphic-git wrote it. */
export interface Converted {
  readonly path: string
  readonly oid: string
}

/** What git refuses as well: names that lead elsewhere, into git's own data, or that are there twice. */
function refuseName(name: Buffer, path: string, seen: Set<string>): void {
  const text = name.toString('latin1')
  const bad = ['', '.', '..'].includes(text) || /\/|^\.git[ .]*(:.*)?$|^git~1$/i.test(text) || seen.has(text)
  if (bad) throw new Error(`the repository has an entry that no checkout may have: ${JSON.stringify(join(path, text))}`)
  seen.add(text)
}

function isPointer(stored: Buffer): boolean {
  return stored.length <= pointerLimit && stored.toString('latin1').startsWith(pointerStart)
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}
