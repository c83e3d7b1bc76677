import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../../app/config.js'
import { discoverPlugins, type PluginReference } from '../../host/discover.js'
import { readManifest } from '../../host/manifest.js'
import type { ProgramNeed } from '../../host/needs.js'
import type { Finding } from './finding.js'

const run = promisify(execFile)

/** A program, and for whom. */
interface Wanted extends ProgramNeed {
  readonly by: string
}

/** What plugins that are on need of this machine, by their manifests, and what Penstock itself runs. */
export async function lookAtTools(config: Config): Promise<Finding[]> {
  const wanted = [...(await wantedByPlugins(config)), ...wantedByPenstock(config)]
  const byProgram = new Map<string, Wanted[]>()
  for (const one of wanted) {
    const name = one.programs[0] ?? ''
    byProgram.set(name, [...(byProgram.get(name) ?? []), one])
  }
  return Promise.all([...byProgram].map(([name, needs]) => lookAtTool(name, needs)))
}

async function wantedByPlugins({ plugins: configured, baseFolder, dataDir }: Config): Promise<Wanted[]> {
  const all = await discoverPlugins({ configured, baseFolder, pluginsFolder: join(dataDir, 'plugins') })
  const needs = await Promise.all(all.filter(({ off }) => off !== true).map(needsOf))
  return needs.flat()
}

async function needsOf({ name, place, key }: PluginReference): Promise<Wanted[]> {
  if ('missing' in place || place.kind === 'file' || place.kind === 'yaml') return []
  // A manifest that cannot be read is told of where plugins are looked at.
  const manifest = await readManifest(place.path).catch(() => undefined)
  return (manifest?.needs ?? [])
    .filter(({ whenConfigured }) => key !== undefined || !whenConfigured)
    .map((need) => ({ ...need, by: name }))
}

function wantedByPenstock({ database }: Config): Wanted[] {
  if (database.url === undefined) return []
  const use = 'penstock backup runs it, for the database is PostgreSQL'
  const install = 'apt-get install postgresql-client'
  return [{ by: 'penstock', programs: ['pg_dump'], arguments: ['--version'], use, install, whenConfigured: false }]
}

/** The first of the programs that is there will do. */
async function lookAtTool(name: string, needs: readonly Wanted[]): Promise<Finding> {
  const [first] = needs
  for (const program of first?.programs ?? []) {
    try {
      const { stdout, stderr } = await run(program, [...(first?.arguments ?? [])], { timeout: 10_000 })
      return { name, state: 'ok', found: (stdout || stderr).trim().split('\n')[0] ?? '' }
    } catch {
      // The next one.
    }
  }
  const remedy = needs.map(({ by, use, install }) => `${by}: ${use}: ${install}`).join('; ')
  return { name, state: 'warn', found: 'not found', remedy }
}
