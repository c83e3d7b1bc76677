/** Bundles that are kept beyond their job, for rollbacks and redeployments: in the artifact store, for all servers. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginState } from '@penstock/core'
import type { BundleContents } from './contents.js'
import { PIECE } from './contents.js'
import { FileHandles } from './file-handles.js'
import { tarEnd } from './tar-header.js'
import { TarLayout } from './tar-layout.js'
import { untar } from './untar.js'

export class BundleStore {
  /** `group`: where its bundles are, as `application/group`. */
  constructor(
    private readonly state: PluginState,
    private readonly group: string,
  ) {}

  async has(digest: string): Promise<boolean> {
    const [found] = await this.state.list({ prefix: this.keyOf(digest), limit: 1 })
    return found?.key === this.keyOf(digest)
  }

  /** Keeps a bundle, unless it is there. */
  async keep(contents: BundleContents): Promise<void> {
    const { digest } = contents.manifest
    if (!(await this.has(digest))) await this.state.putBlob(this.keyOf(digest), tarOf(contents))
  }

  /** Unpacks a bundle into a folder below `workspace`, and answers which; `undefined` when it is not kept. */
  async restore(digest: string, workspace: string): Promise<string | undefined> {
    const blob = await this.state.getBlob(this.keyOf(digest))
    if (blob === undefined) return undefined
    const folder = join(workspace, `revision-${digest.slice(0, 16)}`)
    await rm(folder, { recursive: true, force: true })
    await untar(blob.body, folder)
    return folder
  }

  async forget(digest: string): Promise<void> {
    await this.state.delete(this.keyOf(digest))
  }

  private keyOf(digest: string): string {
    return `bundles/${this.group}/${digest}`
  }
}

async function* tarOf(contents: BundleContents): AsyncGenerator<Uint8Array> {
  const files = new FileHandles()
  try {
    const layout = new TarLayout(contents, 'bundle', files)
    for (let at = 0; at < layout.size; at += PIECE) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE, layout.size - at))
      await layout.fill(piece, at)
      yield piece
    }
    yield tarEnd()
  } finally {
    files.close()
  }
}
