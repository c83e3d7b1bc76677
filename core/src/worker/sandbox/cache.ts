import { join } from 'node:path'

/**
 * Folders that builds find again: ~/.cache in their sandbox. Each pipeline has its own; one that an action names is shared by
 * the pipelines whose actions give that name.
 */
export class CacheFolders {
  constructor(readonly dataFolder: string) {}

  of(pipeline: string, shared: string | undefined): string {
    const name = shared === undefined ? `pipeline-${pipeline}` : `shared-${shared}`
    return join(this.dataFolder, 'caches', name)
  }
}
