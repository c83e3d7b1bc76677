/** The beat that the coordinator works at: node-cron calls once a second, never twice at a time. */

/** Starts calling `tick`; the answer stops it. */
export async function startTicker(tick: () => Promise<void>): Promise<() => Promise<void>> {
  const cron = await import('node-cron')
  const task = cron.schedule('* * * * * *', tick, { name: 'penstock', unref: true, suppressMissedWarning: true })
  return async () => {
    await task.destroy()
  }
}
