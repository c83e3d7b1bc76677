/** Keeps one plugin's trouble its own: a name that follows its asynchronous calls, and a time limit around each step. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Clock, within } from '../domain/clock.js'

const running = new AsyncLocalStorage<string>()

/** Runs code under a plugin's name: what it starts (timers, promises) is known as the plugin's, too. */
export function asPlugin<T>(plugin: string, run: () => T): T {
  return running.run(plugin, run)
}

/** Whose code is running, or `undefined` for the host's own. */
export function currentPlugin(): string | undefined {
  return running.getStore()
}

/** A step that did not end within its limit. */
export class StepTimeout extends Error {
  constructor(what: string, ms: number) {
    super(`${what} did not end within ${ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`}`)
    this.name = 'StepTimeout'
  }
}

/**
 * Runs a plugin's code under its name and a time limit. What comes after the limit is ignored; code that never gives
 * the processor back cannot be stopped from inside the same process.
 * Errors: StepTimeout; whatever the code threw.
 */
export async function contain<T>(
  clock: Clock,
  plugin: string,
  what: string,
  ms: number,
  run: () => T | Promise<T>,
): Promise<T> {
  const running = asPlugin(plugin, async () => run())
  return within(clock, ms, running, () => {
    throw new StepTimeout(what, ms)
  })
}

/** Any thrown thing in one line of words. */
export function reason(error: unknown): string {
  if (error instanceof Error) return error.message || error.name
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}
