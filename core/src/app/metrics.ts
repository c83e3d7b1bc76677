/** Numbers for Prometheus. The client library is loaded at the first scrape; until then counting is a few additions. */
import type { Engine } from '../engine/engine.js'
import type { Hooks } from '../host/hooks.js'
import { PluginHost } from '../host/plugin-host.js'
import type { ServerIdentity } from '../host/services.js'
import { EndedMetrics } from './ended-metrics.js'
import { MetricsReadings } from './metrics-readings.js'
import { inject, injectable, tokens } from './services.js'

interface Answers {
  count: number
  seconds: number
}

@injectable()
export class Metrics {
  private readonly answers = new Map<string, Answers>()
  private registry: Promise<import('prom-client').Registry> | undefined

  constructor(
    @inject(MetricsReadings) private readonly readings: MetricsReadings,
    @inject(PluginHost) private readonly host: Pick<PluginHost, 'list'>,
    @inject(tokens.identity) private readonly identity: Pick<ServerIdentity, 'version'>,
    @inject(tokens.hooks) readonly hooks: Pick<Hooks, 'executionChanged' | 'actionChanged'>,
    @inject(tokens.engine) readonly engine: Pick<Engine, 'store'>,
  ) {}

  /** Counts an answered request. */
  answered(method: string, status: number, milliseconds: number): void {
    const key = `${method} ${Math.floor(status / 100)}xx`
    const known = this.answers.get(key) ?? { count: 0, seconds: 0 }
    known.count += 1
    known.seconds += milliseconds / 1000
    if (this.answers.size < 100) this.answers.set(key, known)
  }

  /** The text that Prometheus reads. */
  async scrape(): Promise<{ readonly type: string; readonly text: string }> {
    this.registry ??= this.build()
    const registry = await this.registry
    return { type: registry.contentType, text: await registry.metrics() }
  }

  private async build(): Promise<import('prom-client').Registry> {
    const prometheus = await import('prom-client')
    const { Registry, Gauge, Counter, collectDefaultMetrics } = prometheus
    const registers = [new Registry()] as const
    const [registry] = registers
    collectDefaultMetrics({ register: registry })
    new Gauge({
      name: 'penstock_info',
      help: 'The version that runs',
      labelNames: ['version'],
      registers: [registry],
    }).set({ version: this.identity.version }, 1)
    this.countRequests(Counter, registry)
    this.gauge(Gauge, registry, 'penstock_pipelines', 'Pipelines there are', 'kind', async () => [
      ['all', await this.readings.count('pipelines')],
    ])
    this.gauge(Gauge, registry, 'penstock_executions_live', 'Pipeline executions that have not ended', 'status', () =>
      this.readings.liveExecutions(),
    )
    this.gauge(Gauge, registry, 'penstock_jobs', 'Jobs that wait or run', 'status', () => this.readings.openJobs())
    this.gauge(
      Gauge,
      registry,
      'penstock_outbox',
      'Effects of decisions that are not delivered yet',
      'kind',
      async () => [['all', await this.readings.count('outbox')]],
    )
    this.gauge(Gauge, registry, 'penstock_plugins', 'Plugins by state', 'state', async () =>
      tally(this.host.list().map(({ state }) => state)),
    )
    this.gauge(Gauge, registry, 'penstock_approvals_waiting', 'Approvals that wait for a person', 'kind', async () => [
      ['all', await this.readings.approvals()],
    ])
    this.gauge(
      Gauge,
      registry,
      'penstock_job_oldest_wait_seconds',
      'For how long the oldest job has waited for a worker; 0 when none waits',
      'kind',
      async () => [['all', await this.readings.oldestWait()]],
    )
    this.gauge(Gauge, registry, 'penstock_sources', 'Polled sources, by whether they could be looked at', 'state', () =>
      this.readings.sources(),
    )
    this.gauge(Gauge, registry, 'penstock_disk_bytes', "The data folder's file system", 'kind', () =>
      this.readings.disk(),
    )
    new Gauge({
      name: 'penstock_deliveries',
      help: 'Notifications that wait, arrived or were given up, as long as they are kept',
      labelNames: ['notifier', 'status'],
      registers: [registry],
      collect: collectPairs(() => this.readings.deliveries()),
    })
    new EndedMetrics(prometheus, registry, this)
    return registry
  }

  private countRequests(Counter: typeof import('prom-client').Counter, registry: import('prom-client').Registry): void {
    const { answers } = this
    const fill = (value: (entry: Answers) => number) =>
      function collect(this: import('prom-client').Counter<'method' | 'status'>) {
        this.reset()
        for (const [key, entry] of answers) {
          const [method = '', status = ''] = key.split(' ')
          this.inc({ method, status }, value(entry))
        }
      }
    const labelNames = ['method', 'status'] as const
    new Counter({
      name: 'penstock_http_requests_total',
      help: 'Requests answered',
      labelNames,
      registers: [registry],
      collect: fill(({ count }) => count),
    })
    new Counter({
      name: 'penstock_http_request_seconds_total',
      help: 'Time taken by requests',
      labelNames,
      registers: [registry],
      collect: fill(({ seconds }) => seconds),
    })
  }

  private gauge(
    Gauge: typeof import('prom-client').Gauge,
    registry: import('prom-client').Registry,
    name: string,
    help: string,
    label: string,
    read: () => Promise<[string, number][]>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      async collect() {
        this.reset()
        for (const [value, number] of await read()) this.set({ [label]: value }, number)
      },
    })
  }
}

/** Fills a gauge of two labels. */
function collectPairs(
  read: () => Promise<readonly { readonly notifier: string; readonly status: string; readonly count: number }[]>,
) {
  return async function collect(this: import('prom-client').Gauge<'notifier' | 'status'>): Promise<void> {
    this.reset()
    for (const { notifier, status, count } of await read()) this.set({ notifier, status }, count)
  }
}

function tally(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
}
