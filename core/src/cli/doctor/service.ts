import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Finding } from './finding.js'

const run = promisify(execFile)
const name = 'systemd unit'

/** The unit `penstock`, where there is one: builds must outlive a restart, and the server come back after one of the machine. */
export async function lookAtService(): Promise<Finding[]> {
  const properties = await propertiesOf('penstock.service')
  if (properties?.get('LoadState') !== 'loaded') return [] // no systemd, or started otherwise
  if (properties.get('KillMode') !== 'process') {
    const remedy = 'KillMode=process in the unit (config/penstock.service has it): builds then outlive a restart'
    return [{ name, state: 'warn', found: `KillMode=${properties.get('KillMode')}`, remedy }]
  }
  if (properties.get('UnitFileState') !== 'enabled')
    return [{ name, state: 'warn', found: 'not started with the machine', remedy: 'systemctl enable penstock' }]
  return [{ name, state: 'ok', found: `${properties.get('ActiveState')}, started with the machine` }]
}

async function propertiesOf(unit: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { stdout } = await run('systemctl', ['show', unit, '-p', 'LoadState,ActiveState,UnitFileState,KillMode'], {
      timeout: 5_000,
    })
    return new Map(
      stdout.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
  } catch {
    return undefined
  }
}
