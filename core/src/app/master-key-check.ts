import type { MasterKey } from '../http/master-key.js'
import type { MetaStore } from '../store/meta-store.js'
import { ConfigError } from './config-file.js'

/**
 * The first server on a database leaves a mark of its master key there. Errors: ConfigError when a later one comes with
 * another key: it could open no access key and no secret, and would seal new ones that the others cannot open.
 */
export async function checkMasterKey(meta: MetaStore, key: MasterKey, file: string): Promise<void> {
  const mark = key.sign('master key', 'mark').toString('hex').slice(0, 16)
  const known = await meta.keep('masterKeyMark', mark)
  if (known === mark) return
  throw new ConfigError([
    `${file} is not the master key that this database was sealed with: put that one there (a backup has it), or name it with masterKeyFile`,
  ])
}
