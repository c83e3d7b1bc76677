import type { SourceState, SourceStateStore } from '../domain/source-state.js'
import type { Database, Tx } from './database.js'

/** The poller's memory, in the database. */
export function sourceStateStore(database: Database): SourceStateStore {
  const { db } = database
  return {
    async ofPipeline(name) {
      const rows = await db
        .selectFrom('source_states')
        .selectAll()
        .where('pipeline_name', '=', name)
        .orderBy('action_name')
        .execute()
      return rows.map(toState)
    },
    async replace(name, states) {
      await database.write(async (tx) => {
        await tx.deleteFrom('source_states').where('pipeline_name', '=', name).execute()
        if (states.length > 0) await tx.insertInto('source_states').values(states.map(toRow)).execute()
      })
    },
    async pipelineNames() {
      const rows = await db.selectFrom('source_states').select('pipeline_name').distinct().execute()
      return rows.map((row) => row.pipeline_name)
    },
    async due(now, limit) {
      const rows = await db
        .selectFrom('source_states')
        .selectAll()
        .where('next_poll', '<=', now)
        .orderBy('next_poll')
        .limit(limit)
        .execute()
      return rows.map(toState)
    },
    async claim(states, until) {
      return database.write(async (tx) => {
        const taken: SourceState[] = []
        for (const state of states) if (await move(tx, state, until)) taken.push(state)
        return taken
      })
    },
    async overtake(now, before) {
      await database.write(async (tx) => {
        await tx
          .updateTable('source_states')
          .set({ next_poll: now })
          .where('next_poll', '>', now)
          .where('next_poll', '<=', before)
          .execute()
      })
    },
    hasten: (name, action, at, reason) => database.write((tx) => hasten(tx, name, action, at, reason)),
    async finish(state, until) {
      const { next_poll, doc } = toRow(state)
      await database.write(async (tx) => {
        await tx
          .updateTable('source_states')
          .set({ next_poll, doc })
          .where('pipeline_name', '=', state.pipelineName)
          .where('action_name', '=', state.actionName)
          .where('next_poll', '=', until)
          .execute()
      })
    },
  }
}

async function hasten(
  tx: Tx,
  pipelineName: string,
  wanted: string | undefined,
  at: number,
  nextReason: string,
): Promise<string[]> {
  const rows = await tx.selectFrom('source_states').selectAll().where('pipeline_name', '=', pipelineName).execute()
  const concerned = rows.map(toState).filter(({ actionName }) => wanted === undefined || actionName === wanted)
  for (const { actionName, ...state } of concerned) {
    const { next_poll, doc } = toRow({ ...state, actionName, nextPoll: at, nextReason })
    await tx
      .updateTable('source_states')
      .set({ next_poll, doc })
      .where('pipeline_name', '=', pipelineName)
      .where('action_name', '=', actionName)
      .execute()
  }
  return concerned.map(({ actionName }) => actionName)
}

async function move(tx: Tx, state: SourceState, until: number): Promise<boolean> {
  const done = await tx
    .updateTable('source_states')
    .set({ next_poll: until })
    .where('pipeline_name', '=', state.pipelineName)
    .where('action_name', '=', state.actionName)
    .where('next_poll', '=', state.nextPoll)
    .executeTakeFirst()
  return done.numUpdatedRows > 0n
}

function toRow(state: SourceState) {
  const { pipelineName, actionName, nextPoll, ...rest } = state
  return { pipeline_name: pipelineName, action_name: actionName, next_poll: nextPoll, doc: JSON.stringify(rest) }
}

function toState(row: { pipeline_name: string; action_name: string; next_poll: number; doc: string }): SourceState {
  return {
    ...(JSON.parse(row.doc) as Omit<SourceState, 'pipelineName' | 'actionName' | 'nextPoll'>),
    pipelineName: row.pipeline_name,
    actionName: row.action_name,
    nextPoll: row.next_poll,
  }
}
