/** Which artifact store is used: the data folder's, or one that a plugin provides. */
import { readFileSync } from 'node:fs'
import type { ArtifactStore } from '../domain/artifact.js'
import { ConfigError } from './config-file.js'

/** Stands for the store until plugins have registered theirs. */
export class ChosenArtifactStore implements ArtifactStore {
  constructor(private store: ArtifactStore) {}

  choose(store: ArtifactStore): void {
    this.store = store
  }

  put: ArtifactStore['put'] = (...args) => this.store.put(...args)
  get: ArtifactStore['get'] = (...args) => this.store.get(...args)
  head: ArtifactStore['head'] = (...args) => this.store.head(...args)
  delete: ArtifactStore['delete'] = (...args) => this.store.delete(...args)

  /** Why the store cannot be used now; `undefined` when it can, or does not know. */
  async problem(bucket: string): Promise<string | undefined> {
    return this.store.problem?.(bucket)
  }

  /** As the chosen store: there only if that one has it. */
  get list(): ArtifactStore['list'] {
    return this.store.list?.bind(this.store)
  }
}

/** 32 bytes from a file: as they are, or as 64 hexadecimal digits. Errors: ConfigError. */
export function readEncryptionKey(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined
  let content: Buffer
  try {
    content = readFileSync(file)
  } catch (error) {
    throw new ConfigError([
      `artifacts.encryptionKeyFile: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    ])
  }
  if (content.length === 32) return content
  const text = content.toString('utf8').trim()
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  throw new ConfigError([
    `artifacts.encryptionKeyFile: ${file} has ${content.length} bytes, but must hold 32 bytes, or 64 hexadecimal digits`,
  ])
}
