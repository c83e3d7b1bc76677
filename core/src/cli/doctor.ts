import { checks } from './doctor-checks.js'
import type { WhereOptions } from './main.js'
import { print } from './output.js'
import { configOf } from './where.js'

/** `penstock doctor`: what is well, what is not, and what to do about it; status 1 when something must be done. */
export async function doctor(options: WhereOptions & { readonly output?: string }): Promise<void> {
  const config = configOf(options)
  const findings = await Promise.all(checks.map(async ({ name, look }) => ({ name, ...(await look(config)) })))
  print(options.output, findings, () =>
    findings.map(
      ({ name, state, found, remedy }) =>
        `${state.padEnd(4)}  ${name}: ${found}${remedy === undefined ? '' : `\n      -> ${remedy}`}`,
    ),
  )
  if (findings.some(({ state }) => state === 'bad')) process.exitCode = 1
}
