/** What plugins keep, for commands that only look: read from the database, where there is one. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { PluginValue } from '../domain/plugin-values.js'
import { stateElsewhere } from '../host/services-elsewhere.js'
import type { DoorPage, StateDoor } from '../host/state/state-door.js'
import type { Config } from './config.js'

interface Row {
  readonly key: string
  readonly version: string
  readonly modified: number | string
  readonly value: string
}

/** Values alone; nothing can be changed. An installation without a database has none. */
export function storedPluginState(config: Config, plugin: string): StateDoor {
  const values = async ({ prefix = '', after = '', limit = 100 }: DoorPage): Promise<readonly PluginValue[]> => {
    const rows = await query(config, plugin, { prefix, after, limit })
    return rows.map(({ key, version, modified, value }) => ({
      key,
      version,
      modified: Number(modified),
      value,
    }))
  }
  return stateElsewhere('for a command that only looks at plugins', {
    list: values,
    get: async (key) => (await values({ prefix: key, limit: 1 })).find((found) => found.key === key),
  })
}

const text = (one: string, two: string, three: string, four: string) =>
  `select key, version, modified, value from plugin_values where plugin = ${one} and key >= ${two} and key < ${two} || '\u{10ffff}' and key > ${three} and value is not null order by key limit ${four}`

async function query(
  { database, dataDir }: Config,
  plugin: string,
  { prefix, after, limit }: Required<DoorPage>,
): Promise<readonly Row[]> {
  if (database.url !== undefined) {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: database.url, connectionTimeoutMillis: 10_000 })
    try {
      await client.connect()
      return (await client.query<Row>(text('$1', '$2::text', '$3', '$4'), [plugin, prefix, after, limit])).rows
    } finally {
      await client.end().catch(() => {})
    }
  }
  const file = join(dataDir, 'penstock.db')
  if (!existsSync(file)) return []
  const { default: Sqlite } = await import('better-sqlite3')
  const connection = new Sqlite(file, { readonly: true })
  try {
    return connection
      .prepare(text('@plugin', '@prefix', '@after', '@limit'))
      .all({ plugin, prefix, after, limit }) as Row[]
  } finally {
    connection.close()
  }
}
