/** A server process that deploys, to be killed: run by `startDeploying`, told what by its argument. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { JobFailed } from '@penstock/core'
import { openPluginState, runAction } from '@penstock/core/testkit'
import type { CodeDeployConfig } from '../../src/config.js'
import { codeDeploy, sharedParts } from '../../src/provider.js'
import { eventually } from './wait.js'

interface Order {
  readonly config: CodeDeployConfig
  readonly dataFolder: string
  readonly bundle: string
  readonly checkpointFile: string
  /** The execution is stopped once this file is there. */
  readonly stopFile?: string
}

/** A deployment of the group `production` of `site` in a process of its own. */
export function startDeploying(order: Order) {
  const words = ['--conditions', '@penstock/source', '--import', 'tsx', __filename, JSON.stringify(order)]
  // Decorators are read as the tsconfig of the core says it.
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(__dirname, '../../../../core/tsconfig.json') }
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    /** At once, without a chance to say anything; resolves when it is gone. */
    async kill(): Promise<void> {
      child.kill('SIGKILL')
      await ended
    },
    /** The last checkpoint that was kept. */
    checkpoint: (): unknown =>
      existsSync(order.checkpointFile) ? JSON.parse(readFileSync(order.checkpointFile, 'utf8')) : undefined,
  }
}

async function deploy({ config, dataFolder, bundle, checkpointFile, stopFile }: Order): Promise<void> {
  const stop = new AbortController()
  if (stopFile !== undefined)
    void eventually('it is stopped', () => existsSync(stopFile)).then(() =>
      stop.abort(new JobFailed('the execution was stopped')),
    )
  // Beside the data folder, as the fleet has it: what one process keeps the next one finds.
  const { state } = await openPluginState(join(dataFolder, '..', 'state'))
  await runAction(codeDeploy(sharedParts(config, state, dataFolder)), {
    configuration: { ApplicationName: 'site', DeploymentGroupName: 'production' },
    inputs: { Built: bundle },
    job: { actionExecutionId: 'the-same-after-a-restart' },
    signal: stop.signal,
    onCheckpoint: (data) => {
      writeFileSync(`${checkpointFile}.new`, JSON.stringify(data))
      renameSync(`${checkpointFile}.new`, checkpointFile)
    },
  })
}

if (require.main === module) void deploy(JSON.parse(process.argv[2] ?? ''))
