import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSqlite } from '../../core/src/store/database.js'
import { schemaSnapshot } from '../../core/src/store/schema-snapshot.js'

async function main(): Promise<void> {
  const database = await openSqlite(':memory:')
  writeFileSync(join(__dirname, '../../core/src/store/schema.sql'), await schemaSnapshot(database))
  await database.close()
}

void main()
