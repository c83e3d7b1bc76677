import type { TaskClaims } from '../domain/task-claims.js'
import type { Database } from './database.js'

/** Elects, with one conditional update, which of several servers runs a periodic task this time. */
export function taskStore(database: Database): TaskClaims {
  return {
    async claim({ name, now, next, latest, until }) {
      return database.write(async (tx) => {
        await tx
          .insertInto('tasks')
          .values({ name, next_run: 0, last_run: null, running_until: null })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute()
        const claimed = await tx
          .updateTable('tasks')
          .set({ next_run: next, last_run: now, running_until: until })
          .where('name', '=', name)
          .where((task) => task.or([task('next_run', '<=', now), task('next_run', '>', latest)]))
          .where((task) =>
            task.or([
              task('running_until', 'is', null),
              task('running_until', '<=', now),
              task('running_until', '>', until), // claimed by a clock that has been put back since
            ]),
          )
          .executeTakeFirst()
        return claimed.numUpdatedRows > 0n
      })
    },
    async release(name) {
      await database.write(async (tx) => {
        await tx.updateTable('tasks').set({ running_until: null }).where('name', '=', name).execute()
      })
    },
  }
}
