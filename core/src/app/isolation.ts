/** What the worker's steps run in, as penstock.yaml says. */
import { dirname } from 'node:path'
import { ContainerMaker } from '../worker/sandbox/container.js'
import { SandboxMaker } from '../worker/sandbox/sandbox-maker.js'
import { usualLimits } from '../worker/sandbox/usual-limits.js'
import { WorkerIsolation } from '../worker/sandbox/worker-isolation.js'
import type { Config } from './config.js'

export function createIsolation(config: Config): WorkerIsolation {
  const { dataDir, worker } = config
  return new WorkerIsolation({
    rules: worker,
    usual: usualLimits(),
    dataFolder: dataDir,
    sandbox: new SandboxMaker({ dataFolder: dataDir, hidden: hiddenPaths(config) }),
    container: new ContainerMaker(),
  })
}

/** Everything of ours that no build may see: keys, passwords and other builds are in these. */
function hiddenPaths({ dataDir, installation, file, masterKeyFile, artifacts, pipelines }: Config): readonly string[] {
  return [installation, file, masterKeyFile, artifacts.encryptionKeyFile, pipelines].filter(
    (path) => path !== undefined && path !== dirname(dataDir),
  ) as string[]
}
