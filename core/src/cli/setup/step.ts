import { execFileSync } from 'node:child_process'

/** What one step found or did. */
export interface Step {
  readonly name: string
  readonly state: 'there' | 'made' | 'missing'
  readonly said: string
}

export const there = (name: string, said: string): Step => ({ name, state: 'there', said })
export const made = (name: string, said: string): Step => ({ name, state: 'made', said })
export const missing = (name: string, said: string): Step => ({ name, state: 'missing', said })

/** Runs a program of the machine. Errors: those of execFileSync, with what it printed. */
export function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): string {
  return execFileSync(program, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** True when the program is there and ends well. */
export function works(program: string, ...args: readonly string[]): boolean {
  try {
    run(program, args)
    return true
  } catch {
    return false
  }
}
