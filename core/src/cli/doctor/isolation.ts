import { createIsolation } from '../../app/isolation.js'
import type { Check } from './finding.js'

/** Makes a sandbox or asks for the container engine, as the worker would; and says where builds run without either. */
export const lookAtIsolation: Check = async (config) => {
  if (!config.worker.enabled) return []
  const { isolation = 'sandbox' } = config.worker
  const problems = await createIsolation(config).startProblems()
  if (problems.length === 0) return { name: 'isolation of builds', state: 'ok', found: isolation }
  return problems.map((found) => ({
    name: 'isolation of builds',
    state: isolation === 'none' || !/^builds cannot/.test(found) ? ('warn' as const) : ('bad' as const),
    found,
  }))
}
