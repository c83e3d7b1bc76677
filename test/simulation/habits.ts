/** How often what befalls, where a story is to come to a certain place more often than by mere chance. */
export interface Habits {
  /** How likely a worker hangs at one of its turns. */
  readonly hangs: number
  /** How long it hangs, milliseconds; a lease is 90 s. */
  readonly hungMs: readonly [least: number, most: number]
  /** How likely a worker that hangs for longer than a lease goes on between a sweep's look and its write. */
  readonly goesOnMeanwhile: number
  readonly leastWorkers: number
  /** How likely a job takes five to twenty minutes, and not less than one. */
  readonly longJobs: number
  /** Servers whose clocks differ from the database's; by chance when absent. */
  readonly clocksDiffer?: true
}

export const usualHabits: Habits = {
  hangs: 0.02,
  hungMs: [80_000, 130_000],
  goesOnMeanwhile: 0.3,
  leastWorkers: 1,
  longJobs: 0.02,
}
