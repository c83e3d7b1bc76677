import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where an installation keeps what it is told and what it knows. */
export interface Places {
  /** The whole machine's, or one person's. */
  readonly kind: 'system' | 'user'
  readonly configFile: string
  readonly dataDir: string
}

/** Root sets up the machine, anybody else a folder at home. */
export function placesFor(root: boolean, env: NodeJS.ProcessEnv = process.env): Places {
  if (root) return { kind: 'system', configFile: '/etc/penstock/penstock.yaml', dataDir: '/var/lib/penstock' }
  const home = env.HOME ?? homedir()
  return {
    kind: 'user',
    configFile: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'penstock', 'penstock.yaml'),
    dataDir: join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'penstock'),
  }
}

/** A file that comes with Penstock: in the package, or in the repository. */
export function shipped(name: string): string | undefined {
  const roots = [join(__dirname, '..', '..', '..'), join(__dirname, '..', '..', '..', '..')]
  return roots.map((root) => join(root, 'config', name)).find((path) => existsSync(path))
}
