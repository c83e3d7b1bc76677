import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isArtifactError, type JobContext, listFiles } from '@penstock/core'
import type { CacheSpec } from './cache-spec.js'

/** Where a project's caches lie, on this machine: one file for each key. */
export class BuildCache {
  private readonly folder: string
  private readonly paths: readonly string[]
  /** The key that was there when the build began. */
  private restored: string | undefined

  constructor(
    private readonly ctx: JobContext,
    private readonly spec: CacheSpec,
    private readonly source: string,
    all: string,
    project: string,
  ) {
    this.folder = join(all, project)
    const prefix = `${source}/`
    this.paths = spec.paths.map((path) => (path.startsWith(prefix) ? path.slice(prefix.length) : path))
  }

  /** Brings back what is there under the key, or under the newest that begins with a fallback key. */
  async restore(key: string, fallbackKeys: readonly string[]): Promise<void> {
    this.sayOutside()
    if (!this.spec.restores || this.inside.length === 0) return
    const found = await this.find(key, fallbackKeys)
    if (found === undefined) return this.ctx.log.line(`cache: nothing is kept${key === '' ? '' : ` under ${key}`} yet`)
    // A sandbox shows no more of the server's folders than the workspace.
    const here = join(this.ctx.workspace, '.penstock', 'restored.tar')
    await mkdir(dirname(here), { recursive: true })
    const isThere = await copyFile(this.fileOf(found), here).then(
      () => true,
      () => false,
    )
    const { exitCode } = await this.ctx.exec(['tar', '-xf', here, '-C', this.source], {
      check: false,
      label: `cache: restoring${found === '' ? '' : ` ${found}`}`,
    })
    if (isThere && exitCode === 0) this.restored = found
    else this.ctx.log.line('cache: what was kept cannot be read and is passed over')
  }

  /** Keeps what the paths select. What is there under a key of its own is not written again: the key tells its content. */
  async save(key: string): Promise<void> {
    if (!this.spec.saves || this.inside.length === 0 || (key !== '' && this.restored === key)) return
    const files = await this.files()
    if (files === undefined) return
    if (files.length === 0) return this.ctx.log.line(`cache: nothing matches ${this.inside.join(', ')}`)
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    const list = join(this.ctx.workspace, '.penstock', 'cached-files')
    await writeFile(list, files.join('\0'))
    const file = this.fileOf(key)
    const half = join(this.ctx.workspace, '.penstock', 'cache.tar')
    const command = ['tar', '-cf', half, '-C', this.source, '--no-recursion', '--null', '-T', list] as const
    const label = `cache: keeping ${files.length} files${key === '' ? '' : ` under ${key}`}`
    const { exitCode } = await this.ctx.exec(command, { check: false, label })
    if (exitCode !== 0) return this.ctx.log.line('cache: it could not be kept')
    await writeFile(`${file}.key`, key)
    await move(half, file)
  }

  private get inside(): readonly string[] {
    return this.paths.filter((path) => !path.startsWith('/') && !path.startsWith('~'))
  }

  private sayOutside(): void {
    const outside = this.paths.filter((path) => !this.inside.includes(path))
    if (outside.length > 0) {
      this.ctx.log.line(
        `cache: ${outside.join(', ')} lies outside of the build's folder, where this machine keeps it anyway`,
      )
    }
  }

  /** `undefined` when a cache cannot be made of them, which the log says and which fails no build. */
  private async files(): Promise<readonly string[] | undefined> {
    try {
      return await listFiles(this.source, { files: this.inside })
    } catch (error) {
      if (!isArtifactError(error)) throw error
      if (error.code === 'ArtifactEmpty') return []
      this.ctx.log.line(`cache: it could not be kept: ${error.message}`)
      return undefined
    }
  }

  private async find(key: string, fallbackKeys: readonly string[]): Promise<string | undefined> {
    const kept = await this.keptKeys()
    if (kept.some((one) => one.key === key)) return key
    for (const prefix of fallbackKeys) {
      const [newest] = kept.filter((one) => one.key.startsWith(prefix)).sort((a, b) => b.time - a.time)
      if (newest !== undefined) return newest.key
    }
    return undefined
  }

  private async keptKeys(): Promise<readonly { readonly key: string; readonly time: number }[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith('.key'))
    return Promise.all(
      names.map(async (name) => {
        const file = join(this.folder, name)
        return { key: await readFile(file, 'utf8'), time: (await stat(file)).mtimeMs }
      }),
    )
  }

  private fileOf(key: string): string {
    return join(this.folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.tar`)
  }
}

/** Also from one file system to another. */
async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch(async () => {
    await copyFile(from, `${to}.new`)
    await rename(`${to}.new`, to)
    await rm(from, { force: true })
  })
}
