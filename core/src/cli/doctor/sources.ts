import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../app/config.js'
import type { SourceState } from '../../domain/source-state.js'
import { webhookPatience } from '../../scheduler/webhook-news.js'
import type { Finding } from './finding.js'
import { isClosed } from './folder.js'

const name = 'sources'
const question =
  'select pipeline_name, action_name, doc from source_states where doc like \'%"error"%\' or doc like \'%"missed"%\''
const shown = 20

interface Row {
  readonly pipeline_name: string
  readonly action_name: string
  readonly doc: string
}

/** Sources that cannot be looked at, or that webhooks have stopped telling of, by what the database says. */
export async function lookAtSources(config: Config): Promise<Finding[]> {
  let rows: readonly Row[]
  try {
    rows = await read(config)
  } catch {
    return [] // What is wrong with the database, or that there is none yet, another check tells.
  }
  const problems = rows.flatMap(problemsOf)
  const more = problems.length - shown
  return [
    ...problems.slice(0, shown),
    ...(more > 0 ? [{ name, state: 'warn' as const, found: `and ${more} more` }] : []),
    ...(problems.length === 0
      ? [{ name, state: 'ok' as const, found: 'every source that is polled can be looked at' }]
      : []),
  ]
}

async function read({ database, dataDir }: Config): Promise<readonly Row[]> {
  if (database.url !== undefined) {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: database.url, connectionTimeoutMillis: 10_000 })
    try {
      await client.connect()
      return (await client.query<Row>(question)).rows
    } finally {
      await client.end().catch(() => {})
    }
  }
  const file = join(dataDir, 'penstock.db')
  if (isClosed(dataDir) || !existsSync(file)) throw new Error('there is no database to read')
  const { default: Sqlite } = await import('better-sqlite3')
  const connection = new Sqlite(file, { readonly: true })
  try {
    return connection.prepare(question).all() as Row[]
  } finally {
    connection.close()
  }
}

function problemsOf({ pipeline_name, action_name, doc }: Row): Finding[] {
  const { error, failingSince, failures, missed } = JSON.parse(doc) as Partial<SourceState>
  const source = `${action_name} of ${pipeline_name}`
  const since = failingSince === undefined ? '' : ` since ${new Date(failingSince).toISOString()}`
  const remedy = `penstock sources ${pipeline_name} shows its last polls`
  return [
    ...(error === undefined
      ? []
      : [
          {
            name,
            state: 'warn' as const,
            found: `${source} cannot be looked at${since} (failed polls: ${failures ?? 1}): ${error}`,
            remedy,
          },
        ]),
    ...(missed === undefined || Date.now() - missed.at < webhookPatience
      ? []
      : [
          {
            name,
            state: 'warn' as const,
            found: `${source}: a poll found ${missed.branch} at ${missed.revisionId}, of which no webhook told`,
            remedy: "look at the webhook's deliveries at the git server: polls find what is missed, but later",
          },
        ]),
  ]
}
