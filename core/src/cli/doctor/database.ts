import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../app/config.js'
import { reason } from '../../host/contain.js'
import { MasterKey } from '../../http/master-key.js'
import { lookAtNativeModule } from '../../store/native-module.js'
import type { Finding } from './finding.js'
import { closed, isClosed } from './folder.js'

const name = 'database'
const setClock = 'keep both right (NTP): times that are shown, and time limits, go by each machine’s own'
/** Who compares clocks over a network sees some skew. */
const tolerableSkewMs = 2_000
const mark = "select value from meta where key = 'masterKeyMark'"

/** Whole, and sealed with the master key that is there. Nothing is written, and nothing migrated. */
export async function lookAtDatabase(config: Config): Promise<Finding> {
  const { database, dataDir } = config
  const file = join(dataDir, 'penstock.db')
  try {
    if (database.url !== undefined) return await lookAtPostgres(config, database.url)
    if (isClosed(dataDir)) return closed(name, dataDir)
    if (!existsSync(file)) return { name, state: 'ok', found: `${file} will be made` }
    if (lookAtNativeModule()) return { name, state: 'warn', found: `${file} was not looked at: see native modules` }
    return await lookAtSqlite(config, file)
  } catch (error) {
    const where = database.url === undefined ? file : 'database.url'
    const remedy =
      database.url === undefined ? 'penstock restore brings a backup back' : 'is the server up, and the URL right?'
    return { name, state: 'bad', found: `${where}: ${reason(error)}`, remedy }
  }
}

async function lookAtSqlite(config: Config, file: string): Promise<Finding> {
  const { default: Sqlite } = await import('better-sqlite3')
  const connection = new Sqlite(file, { readonly: true })
  try {
    const said = connection.pragma('quick_check(1)', { simple: true })
    if (said !== 'ok')
      return {
        name,
        state: 'bad',
        found: `${file} is damaged: ${said}`,
        remedy: 'penstock restore brings a backup back',
      }
    const row = connection.prepare(mark).get() as { value: string } | undefined
    return judge(config, row?.value, `${file} is whole`)
  } finally {
    connection.close()
  }
}

async function lookAtPostgres(config: Config, url: string): Promise<Finding> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
    const sent = Date.now()
    const { rows } = await client.query<{ version: string; meta: string | null; now: number }>(
      "select current_setting('server_version') as version, to_regclass('meta')::text as meta, (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
    )
    const found = `PostgreSQL ${rows[0]?.version}`
    const aheadMs = (sent + Date.now()) / 2 - (rows[0]?.now ?? sent)
    if (Math.abs(aheadMs) > tolerableSkewMs) {
      const skew = `${Math.round(Math.abs(aheadMs) / 1_000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'}`
      return {
        name,
        state: 'warn',
        found: `${found}; this machine's clock is ${skew} the database's`,
        remedy: setClock,
      }
    }
    if (!rows[0]?.meta) return { name, state: 'ok', found: `${found}, empty yet` }
    const marks = await client.query<{ value: string }>(mark)
    return judge(config, marks.rows[0]?.value, found)
  } finally {
    await client.end().catch(() => {})
  }
}

function judge({ masterKeyFile, dataDir }: Config, known: string | undefined, found: string): Finding {
  const file = masterKeyFile ?? join(dataDir, 'secrets', 'master.key')
  const here = existsSync(file) ? MasterKey.load(file).mark : undefined
  if (known === undefined || here === undefined || known === here) return { name, state: 'ok', found }
  const remedy = 'put the key there that it was sealed with (a backup has it), or name it with masterKeyFile'
  return { name, state: 'bad', found: `${found}, but sealed with another master key than ${file}`, remedy }
}
