import { join } from 'node:path'
import { MasterKey } from '../http/master-key.js'
import type { Database } from '../store/database.js'
import { MetaStore } from '../store/meta-store.js'
import type { Config } from './config.js'
import { ConfigError } from './config-file.js'

/** The key of a configuration, which must be the database's. Errors: ConfigError. */
export async function openMasterKey({ dataDir, masterKeyFile }: Config, database: Database): Promise<MasterKey> {
  const file = masterKeyFile ?? join(dataDir, 'secrets', 'master.key')
  const key = MasterKey.load(file)
  await checkMasterKey(new MetaStore(database), key, file)
  return key
}

/**
 * The first server on a database leaves a mark of its master key there. Errors: ConfigError when a later one comes with
 * another key: it could open no access key and no secret, and would seal new ones that the others cannot open.
 */
export async function checkMasterKey(meta: MetaStore, key: MasterKey, file: string): Promise<void> {
  const known = await meta.keep('masterKeyMark', key.mark)
  if (known === key.mark) return
  throw new ConfigError([
    `${file} is not the master key that this database was sealed with: put that one there (a backup has it), or name it with masterKeyFile`,
  ])
}
