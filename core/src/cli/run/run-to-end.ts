import { setTimeout as pause } from 'node:timers/promises'
import type { LocalRun } from '../../app/local-run.js'
import { systemPrincipal } from '../../app/system-principal.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import type { Client } from '../api/client.js'
import { follow } from '../follow/follow.js'
import { CommandFailed, exitStatus } from '../output.js'
import { Approvals } from './approvals.js'
import { inProcess } from './local-client.js'

/** So long the worker's jobs are waited for after their execution was abandoned, milliseconds: their grace, and a little. */
const patience = 15_000

/** Runs the pipeline once and sets the exit status by its result. Ctrl-C stops the execution, and its commands with it. */
export async function runToEnd(
  local: LocalRun,
  pipeline: PipelineDeclaration,
  { approve }: { readonly approve: boolean },
): Promise<void> {
  const { services } = local.parts
  const client = inProcess(services, systemPrincipal(services.identity.accountId))
  if (pipeline.stages.some(({ actions }) => actions.some(({ actionTypeId }) => actionTypeId.category === 'Invoke')))
    await local.openApi()
  await local.start()
  const interrupted = new AbortController()
  const release = onInterrupt(() => interrupted.abort())
  try {
    await client.createPipeline({ pipeline }) // starts it (X1)
    const id = await executionOf(client, pipeline.name)
    interrupted.signal.addEventListener('abort', () => void abandon(client, pipeline.name, id))
    const approvals = new Approvals(client, pipeline.name, { approve, signal: interrupted.signal })
    const status = await follow(client, pipeline.name, id, {
      write: (line) => void process.stdout.write(`${line}\n`),
      logs: true,
      onApproval: (action) => approvals.take(action),
    })
    await untilIdle(local)
    const ended = status === 'Succeeded' ? exitStatus.ok : exitStatus.failed
    process.exitCode = interrupted.signal.aborted ? exitStatus.interrupted : ended
  } finally {
    release()
  }
}

/** The one that creating it started. */
async function executionOf(client: Client, pipelineName: string): Promise<string> {
  const { pipelineExecutionSummaries } = await client.listPipelineExecutions({ pipelineName, maxResults: 1 })
  const [only] = pipelineExecutionSummaries
  if (only) return only.pipelineExecutionId
  throw new CommandFailed(`${pipelineName} was not started`)
}

async function abandon(client: Client, pipelineName: string, pipelineExecutionId: string): Promise<void> {
  process.stderr.write('\nStopping; what runs has ten seconds to end. Ctrl-C again does not wait for it.\n')
  const reason = 'interrupted'
  // It may have ended at this moment.
  await client.stopPipelineExecution({ pipelineName, pipelineExecutionId, abandon: true, reason }).catch(() => {})
}

/** The first asks; the second does not wait. */
function onInterrupt(ask: () => void): () => void {
  let asked = false
  const listener = () => {
    if (asked) process.exit(exitStatus.interrupted)
    asked = true
    ask()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, listener)
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, listener)
  }
}

/** An abandoned action's command is ended after its execution: nothing of a run stays behind. */
async function untilIdle({ parts: { worker } }: LocalRun): Promise<void> {
  for (const deadline = Date.now() + patience; worker.running.length > 0 && Date.now() < deadline; ) await pause(50)
}
