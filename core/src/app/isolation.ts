/** What the worker's steps run in, as penstock.yaml says. */
import { dirname } from 'node:path'
import { defined } from '../domain/defined.js'
import type { PluginSandbox } from '../host/isolated/plugin-sandbox.js'
import { Cgroups } from '../worker/sandbox/cgroups.js'
import { ContainerMaker } from '../worker/sandbox/container.js'
import { rulesFor } from '../worker/sandbox/isolation-rules.js'
import { PluginSandboxMaker } from '../worker/sandbox/plugin-sandbox-maker.js'
import { SandboxMaker } from '../worker/sandbox/sandbox-maker.js'
import { usualLimits } from '../worker/sandbox/usual-limits.js'
import { openWarning, WorkerIsolation } from '../worker/sandbox/worker-isolation.js'
import type { Config } from './config.js'

/** Encloses plugins' processes. */
export function createPluginSandbox(config: Config): PluginSandbox {
  return new PluginSandboxMaker(config.dataDir, sandboxMaker(config))
}

function sandboxMaker(config: Config): SandboxMaker {
  return new SandboxMaker({ dataFolder: config.dataDir, hidden: hiddenPaths(config) })
}

/** That builds of a pipeline run at this server without isolation, by the operator's word: for who looks at the pipeline. */
export function isolationDanger({ worker }: Config, pipeline: string): string | undefined {
  if (!worker.enabled || rulesFor(pipeline, worker, {}).floor !== 'none') return undefined
  return openWarning('builds of this pipeline run')
}

export function createIsolation(config: Config): WorkerIsolation {
  const { dataDir, worker } = config
  return new WorkerIsolation({
    rules: worker,
    usual: usualLimits(),
    dataFolder: dataDir,
    sandbox: sandboxMaker(config),
    container: new ContainerMaker(),
    ...defined({ cgroups: openCgroups(worker.cgroup) }),
  })
}

function openCgroups(configured: string | undefined): Cgroups | Error | undefined {
  try {
    return Cgroups.open(configured)
  } catch (error) {
    return error as Error
  }
}

/** Everything of ours that no build may see: keys, passwords and other builds are in these. */
function hiddenPaths({ dataDir, installation, file, masterKeyFile, artifacts, pipelines }: Config): readonly string[] {
  return [installation, file, masterKeyFile, artifacts.encryptionKeyFile, pipelines].filter(
    (path) => path !== undefined && path !== dirname(dataDir),
  ) as string[]
}
