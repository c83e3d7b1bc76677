/** What the poller and the webhooks are made of. */
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { Engine } from '../engine/engine.js'
import { reportRevision } from '../engine/report-revision.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger } from '../host/plugin.js'
import { ProviderRegistry } from '../host/registry.js'
import type { SourceService } from '../host/services.js'
import type { SourceProvider } from '../host/source-provider.js'
import { ScheduleBook } from '../scheduler/schedules.js'
import { SourcePoller } from '../scheduler/source-poller.js'
import { SourceReports } from '../scheduler/source-reports.js'
import { createSourceService } from '../scheduler/source-service.js'
import { SourceWatch } from '../scheduler/source-watch.js'
import type { Database } from '../store/database.js'
import { sourceStateStore } from '../store/source-state-store.js'
import { parseConfiguration } from '../worker/configuration.js'
import { createHttpClient } from '../worker/http-client.js'
import type { Config } from './config.js'
import { Secrets } from './secrets.js'
import { inject, injectable, tokens } from './services.js'

/** Finding revisions: when to look, looking, and what comes of it. */
@injectable()
export class Sources {
  readonly reports: SourceReports
  readonly watch: SourceWatch
  readonly poller: SourcePoller
  readonly service: SourceService

  constructor(
    @inject(tokens.config) { polling, schedules }: Config,
    @inject(tokens.clock) clock: Clock,
    @inject(tokens.log) log: Logger,
    @inject(tokens.database) database: Database,
    @inject(tokens.engine) engine: Engine,
    @inject(tokens.hooks) hooks: Hooks,
    @inject(ProviderRegistry) registry: ProviderRegistry,
    @inject(ScheduleBook) book: ScheduleBook,
    @inject(Secrets) { lookup }: Secrets,
  ) {
    const reads = engine.store.read
    const states = sourceStateStore(database)
    const readConfiguration = (provider: SourceProvider, configuration: Readonly<Record<string, string>>) =>
      parseConfiguration(provider.configuration, configuration, lookup)
    const shared = { clock, reads, registry, states, book, readConfiguration, log }
    this.reports = createReports(engine, hooks, log)
    this.watch = new SourceWatch({
      ...shared,
      settings: { ...polling, schedules },
      async webhookActions(pipelineName) {
        const webhooks = await engine.store.webhooks.list()
        return webhooks.flatMap(({ definition: { targetPipeline, targetAction } }) =>
          targetPipeline === pipelineName ? [targetAction] : [],
        )
      },
    })
    this.poller = new SourcePoller({
      ...shared,
      reports: this.reports,
      http: (signal) => createHttpClient({ clock, signal, mask: (text) => text }), // the poller hides secrets in what it keeps
      concurrency: polling.concurrency,
      timeout: polling.timeoutSeconds * 1000,
    })
    this.service = createSourceService(states, this.reports, book)
  }
}

function createReports(engine: Engine, hooks: Hooks, log: Logger): SourceReports {
  return new SourceReports({
    hooks,
    reads: engine.store.read,
    log,
    start: ({ pipelineName, actionName, revision: { event, ...revision }, trigger, detail }) =>
      reportRevision(engine, {
        pipelineName,
        revision: { ...revision, actionName },
        tag: event?.kind === 'tag' ? event.tag : undefined,
        trigger: { triggerType: trigger, ...defined({ triggerDetail: detail }) },
      }),
  })
}
