/** What ended, as counters and histograms: how often, how, and after how long. */
import type { Counter, Histogram, Registry } from 'prom-client'
import type { ActionChangedEvent, ExecutionChangedEvent } from '../domain/hook-events.js'
import type { Engine } from '../engine/engine.js'
import type { Hooks } from '../host/hooks.js'

/** So many pipelines have numbers of their own; the others are counted together, as `_others`: a scrape is to stay small. */
const namedPipelines = 500
const seconds = [1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 4 * 3_600]

const executionEnds: readonly string[] = ['Succeeded', 'Failed', 'Stopped', 'Superseded', 'Cancelled']
const actionEnds: readonly string[] = ['Succeeded', 'Failed', 'Abandoned']

interface Sources {
  readonly hooks: Pick<Hooks, 'executionChanged' | 'actionChanged'>
  readonly engine: Pick<Engine, 'store'>
}

/**
 * Counts from the first scrape on, since nobody misses what was before it. Every effect is delivered by one server, so the
 * sum over all servers is right. Times are those of the history: from the start of an execution or action to its end.
 */
export class EndedMetrics {
  private readonly pipelines = new Set<string>()
  private readonly executions: Counter<'pipeline' | 'status'>
  private readonly actions: Counter<'status' | 'code'>
  private readonly executionSeconds: Histogram<'status'>
  private readonly actionSeconds: Histogram<'status'>

  constructor(
    prometheus: typeof import('prom-client'),
    registry: Registry,
    private readonly sources: Sources,
  ) {
    const registers = [registry]
    this.executions = new prometheus.Counter({
      name: 'penstock_executions_total',
      help: 'Pipeline executions that ended',
      labelNames: ['pipeline', 'status'],
      registers,
    })
    this.executionSeconds = new prometheus.Histogram({
      name: 'penstock_execution_duration_seconds',
      help: 'From the start of an execution to its end, waits for people included',
      labelNames: ['status'],
      buckets: seconds,
      registers,
    })
    this.actions = new prometheus.Counter({
      name: 'penstock_actions_total',
      help: 'Actions that ended; code says why one failed',
      labelNames: ['status', 'code'],
      registers,
    })
    this.actionSeconds = new prometheus.Histogram({
      name: 'penstock_action_duration_seconds',
      help: 'From the start of an action to its end',
      labelNames: ['status'],
      buckets: seconds,
      registers,
    })
    const { hooks } = sources
    hooks.executionChanged.tapPromise('metrics', (event) => this.executionChanged(event))
    hooks.actionChanged.tapPromise('metrics', (event) => this.actionChanged(event))
  }

  private async executionChanged({ pipelineName, pipelineExecutionId, status }: ExecutionChangedEvent): Promise<void> {
    if (!executionEnds.includes(status)) return
    if (this.pipelines.size < namedPipelines) this.pipelines.add(pipelineName)
    this.executions.inc({ pipeline: this.pipelines.has(pipelineName) ? pipelineName : '_others', status })
    const execution = await this.sources.engine.store.read.execution(pipelineExecutionId)
    if (execution) this.executionSeconds.observe({ status }, (execution.updated - execution.started) / 1000)
  }

  private async actionChanged({ actionExecutionId, status }: ActionChangedEvent): Promise<void> {
    if (!actionEnds.includes(status)) return
    const action = await this.sources.engine.store.read.action(actionExecutionId)
    this.actions.inc({ status, code: action?.error?.code ?? '' })
    if (action) this.actionSeconds.observe({ status }, (action.updated - action.started) / 1000)
  }
}
