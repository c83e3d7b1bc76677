import type { WhereOptions } from '../main.js'
import { exitStatus, print } from '../output.js'
import { clean } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { configOf } from '../where.js'
import { checks } from './checks.js'
import type { Finding } from './finding.js'

/** `penstock doctor`: what is well, what is not, and what to do about it; status 1 when something must be done. */
export async function doctor(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const config = configOf(options)
  const findings = (await Promise.all(checks.map((check) => check(config)))).flat()
  print(options.output, findings, () => findings.map(lineOf))
  if (findings.some(({ state }) => state === 'bad')) process.exitCode = exitStatus.failed
}

const colours = { ok: paint.green, warn: paint.yellow, bad: paint.red } as const

function lineOf({ name, state, found, remedy }: Finding): string {
  const line = `${colours[state](state)}${' '.repeat(6 - state.length)}${name}: ${clean(found)}`
  return remedy === undefined ? line : `${line}\n      -> ${remedy}`
}
