/** Rows as the store writes them, without the events that would have made them. */
import Sqlite from 'better-sqlite3'

type Row = Readonly<Record<string, unknown>>

const day = 24 * 60 * 60_000
const span = 395 * day

function into(database: Sqlite.Database, table: string, row: Row): Sqlite.Statement {
  const columns = Object.keys(row)
  const values = columns.map((column) => `@${column}`)
  return database.prepare(`insert into ${table} (${columns.join()}) values (${values.join()})`)
}

/** So many more pipelines, like p9. */
export function copyPipelines(file: string, count: number): void {
  const database = new Sqlite(file)
  database.transaction(() => {
    for (const [table, key] of [
      ['pipelines', 'name'],
      ['pipeline_versions', 'pipeline_name'],
      ['stages', 'pipeline_name'],
    ] as const) {
      for (const row of database.prepare(`select * from ${table} where ${key} = 'p9'`).all() as Row[]) {
        const insert = into(database, table, row)
        for (let copy = 0; copy < count; copy++)
          insert.run({ ...row, [key]: `copy${copy}`, doc: String(row.doc).replaceAll('"p9"', `"copy${copy}"`) })
      }
    }
  })()
  database.close()
}

/** Past executions of p5 from `first` to `last`, the oldest 13 months ago, with all that the first one of p5 has. */
export function addHistory(file: string, first: number, last: number, now: number): void {
  const database = new Sqlite(file)
  const one = (text: string) => database.prepare(text).get() as Row
  const many = (text: string, ...given: unknown[]) => database.prepare(text).all(...given) as Row[]
  const execution = one("select * from executions where pipeline_name = 'p5' and live = 0 order by number desc limit 1")
  const { id } = execution
  const stages = many('select * from stage_executions where execution_id = ?', id)
  const actions = many('select * from action_executions where execution_id = ?', id)
  const jobs = many(
    'select j.* from jobs j join action_executions a on a.id = j.action_execution_id where a.execution_id = ?',
    id,
  )
  const audit = { at: 0, principal: 'bench', operation: 'StartPipelineExecution', target: 'p5', result: 'ok' }
  const insert = {
    execution: into(database, 'executions', execution),
    stage: into(database, 'stage_executions', stages[0] ?? {}),
    action: into(database, 'action_executions', actions[0] ?? {}),
    job: into(database, 'jobs', withoutNumber(jobs[0] ?? {})),
    audit: into(database, 'audit', audit),
  }
  database.transaction(() => {
    for (let past = first; past <= last; past++) {
      const started = Math.floor(now - span + ((past - first + 1) / (last - first + 2)) * span)
      const [execution_id, number] = [`past-${past}`, past - 2_000_000]
      insert.execution.run({ ...execution, id: execution_id, number, started, client_request_token: null })
      for (const row of stages) insert.stage.run({ ...row, execution_id, number })
      for (const row of actions)
        insert.action.run({ ...row, id: `${row.id}-${past}`, execution_id, number, started, deadline: null })
      for (const row of jobs) {
        const ids = { id: `${row.id}-${past}`, action_execution_id: `${row.action_execution_id}-${past}` }
        insert.job.run({ ...withoutNumber(row), ...ids, created: started, ended: started + 60_000 })
      }
      insert.audit.run({ ...audit, at: started })
    }
  })()
  database.close()
}

/** The database counts jobs itself. */
function withoutNumber({ number: _, ...row }: Row): Row {
  return row
}
