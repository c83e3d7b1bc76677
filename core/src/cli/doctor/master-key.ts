import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../app/config.js'
import { reason } from '../../host/contain.js'
import { MasterKey } from '../../http/master-key.js'
import type { Finding } from './finding.js'
import { closed, isClosed } from './folder.js'

/** There, and well formed, wherever there is data that was sealed with it. That it is the database's is checked with that. */
export function lookAtMasterKey({ dataDir, masterKeyFile, database }: Config): Finding {
  const name = 'master key'
  if (isClosed(dataDir)) return closed(name, dataDir)
  const file = masterKeyFile ?? join(dataDir, 'secrets', 'master.key')
  if (!existsSync(file)) {
    const used =
      database.url === undefined && (statSync(join(dataDir, 'penstock.db'), { throwIfNoEntry: false })?.size ?? 0) > 0
    if (!used) return { name, state: 'ok', found: `${file} will be made, unless servers on the same database have one` }
    const remedy = 'bring it back from a backup: without it no access key and no secret can be opened'
    return { name, state: 'bad', found: `${file} is not there, and the database is sealed with it`, remedy }
  }
  try {
    MasterKey.load(file)
    return { name, state: 'ok', found: file }
  } catch (error) {
    return { name, state: 'bad', found: reason(error), remedy: 'bring it back from a backup' }
  }
}
