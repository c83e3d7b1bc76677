import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecretStore } from '../host/plugin.js'

/** Secrets as files: `{{secret:NAME}}` is the content of DATA/secrets/named/NAME, without a newline at its end. */
export function secretFolder(dataFolder: string): SecretStore {
  return {
    name: 'folder',
    async get(name) {
      if (!/^[A-Za-z0-9][\w.@-]{0,127}$/.test(name)) return undefined
      try {
        return (await readFile(join(dataFolder, 'secrets', 'named', name), 'utf8')).replace(/\r?\n$/, '')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}

/** Looks a secret up in the stores, in their order; the first that has it answers. */
export function secretLookup(stores: () => readonly SecretStore[]): (name: string) => Promise<string | undefined> {
  return async (name) => {
    for (const store of stores()) {
      const value = await store.get(name)
      if (value !== undefined) return value
    }
    return undefined
  }
}
