/** Real sshds on loopback, each a host with a deployment root and an application folder of its own. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PluginState } from '@penstock/core'
import {
  openPluginState,
  type RunActionOptions,
  runAction,
  type SshdOptions,
  startSshd,
  type TestSshd,
} from '@penstock/core/testkit'
import type { CodeDeployConfig, GroupConfig } from '../../src/config.js'
import { codeDeploy, connectionPool, sharedParts } from '../../src/provider.js'
import type { ConnectionPool } from '../../src/shell/connection-pool.js'
import { type Content, writeBundle } from './bundle.js'

export interface TestFleet {
  readonly folder: string
  /** Where deployments are kept. */
  readonly state: PluginState
  readonly dataFolder: string
  readonly sshds: readonly TestSshd[]
  /** Where the application of a host goes; files[].destination of a bundle for one host. */
  app(host?: number): string
  root(host?: number): string
  /** Writes a bundle into a new folder. */
  bundle(files: Readonly<Record<string, Content>>): string
  config(group?: Partial<GroupConfig>): CodeDeployConfig
  deploy(bundle: string, options?: DeployOptions): ReturnType<typeof runAction>
  stop(): Promise<void>
}

export interface DeployOptions extends RunActionOptions {
  readonly group?: Partial<GroupConfig>
  readonly properties?: Readonly<Record<string, string>>
  /** Of the server that deploys; each has its own, and all have the same state. */
  readonly dataFolder?: string
  readonly state?: PluginState
}

/** Starts `count` servers. */
export async function startFleet(count: number, settings: readonly string[] = []): Promise<TestFleet> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-fleet-'))
  chmodSync(folder, 0o755)
  const options: SshdOptions = { settings }
  const sshds = await Promise.all(Array.from({ length: count }, () => startSshd(options)))
  const app = (host = 0) => join(folder, `app${host}`)
  const root = (host = 0) => join(folder, `root-${sshds[host]?.port}`)
  for (const [index, sshd] of sshds.entries()) {
    for (const own of [app(index), root(index)]) {
      mkdirSync(own)
      if (process.getuid?.() === 0) chownSync(own, sshd.account.uid, sshd.account.gid)
    }
  }
  writeFileSync(join(folder, 'known_hosts'), sshds.map((sshd) => `${sshd.knownHosts}\n`).join(''))
  let bundles = 0
  const config = (group: Partial<GroupConfig> = {}): CodeDeployConfig => ({
    knownHosts: join(folder, 'known_hosts'),
    root: join(folder, 'root-%p'),
    hosts: Object.fromEntries(
      sshds.map((sshd, index) => [
        `web${index + 1}`,
        { host: sshd.host, port: sshd.port, user: sshd.user, identityFile: sshd.privateKeyFile, tags: { role: 'web' } },
      ]),
    ),
    applications: {
      site: { groups: { production: group.hosts === undefined ? { tags: { role: 'web' }, ...group } : group } },
    },
  })
  const dataFolder = join(folder, 'data')
  const pools = new Set<ConnectionPool>()
  const kept = await openPluginState(join(folder, 'state'))
  const { state } = kept
  return {
    folder,
    state,
    dataFolder,
    sshds,
    app,
    root,
    config,
    bundle: (files) => writeBundle(join(folder, `bundle${bundles++}`), files),
    deploy(bundle, { group, properties, dataFolder: own = dataFolder, state: ownState = state, ...more } = {}) {
      const pool = connectionPool(config(group))
      pools.add(pool)
      return runAction(codeDeploy(sharedParts(config(group), ownState, own, pool)), {
        configuration: { ApplicationName: 'site', DeploymentGroupName: 'production', ...properties },
        inputs: { Built: bundle },
        ...more,
      })
    },
    async stop() {
      for (const pool of pools) pool.close()
      await Promise.all(sshds.map((sshd) => sshd.stop()))
      await kept.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
