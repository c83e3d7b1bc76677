/** MB of a plugin's objects (V8's old generation) in its own process, unless penstock.yaml says otherwise. */
export const usualMemory = 512

/** Milliseconds. A process that does not answer a ping within `hang` is ended: its code never gives the processor back. */
export const isolationLimits = {
  load: 30_000,
  register: 5_000,
  start: 10_000,
  stop: 10_000,
  ping: 5_000,
  hang: 15_000,
  /** How long a question waits for a process that is being started anew: the longest pause, and a start. */
  restart: 60_000,
  /** How long work that was aborted is waited for before it counts as over; a worker gives a job up sooner. */
  abandon: 60_000,
} as const
