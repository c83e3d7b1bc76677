/** What the poller and the webhooks are made of. */
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { SourceStateStore } from '../domain/source-state.js'
import type { Engine, SourceTrouble } from '../engine/engine.js'
import { reportRevision } from '../engine/report-revision.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger } from '../host/plugin.js'
import { ProviderRegistry } from '../host/registry.js'
import type { ServerIdentity, SourceService } from '../host/services.js'
import { LeftRevisions, upToDate } from '../scheduler/branch-tip.js'
import { ForkGate, isUntrusted } from '../scheduler/fork-gate.js'
import { ScheduleBook } from '../scheduler/schedules.js'
import { type FailingSource, PollSettler } from '../scheduler/settle-poll.js'
import { SourcePoller } from '../scheduler/source-poller.js'
import { SourceReports, type StartForRevision } from '../scheduler/source-reports.js'
import { createSourceService } from '../scheduler/source-service.js'
import { type ReadConfiguration, SourceWatch } from '../scheduler/source-watch.js'
import { WebhookNews } from '../scheduler/webhook-news.js'
import type { Database } from '../store/database.js'
import { forkPullRequestStore } from '../store/fork-pull-request-store.js'
import { sourceStateStore } from '../store/source-state-store.js'
import { webhookNewsStore } from '../store/webhook-news-store.js'
import { parseConfiguration } from '../worker/configuration.js'
import { createHttpClient } from '../worker/http-client.js'
import type { Config } from './config.js'
import { NotificationDesk } from './deliveries/desk.js'
import { sourceFailed } from './notification.js'
import { ServerSecrets } from './server-secrets.js'
import { inject, injectable, tokens } from './services.js'

/** Finding revisions: when to look, looking, and what comes of it. */
@injectable()
export class Sources {
  readonly reports: SourceReports
  readonly forks: ForkGate
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
    @inject(ServerSecrets) secrets: ServerSecrets,
    @inject(tokens.identity) identity: ServerIdentity,
    @inject(NotificationDesk) desk: Pick<NotificationDesk, 'take'>,
  ) {
    const reads = engine.store.read
    const states = sourceStateStore(database)
    const readConfiguration: ReadConfiguration = (provider, configuration, place) =>
      parseConfiguration(provider.configuration, configuration, secrets.at(place))
    const settings = { ...polling, schedules }
    const news = new WebhookNews({ clock, store: webhookNewsStore(database) })
    const asking = {
      clock,
      registry,
      readConfiguration,
      http: (signal: AbortSignal) => createHttpClient({ clock, signal, mask: (text) => text }), // askSource hides secrets in what it keeps
      log,
    }
    const start = startForRevision(engine)
    const left = new LeftRevisions()
    this.forks = new ForkGate({ clock, store: forkPullRequestStore(database), start })
    const reports = new SourceReports({
      hooks,
      reads,
      log,
      forks: this.forks,
      start,
      upToDate: (pipeline, action, told) => upToDate({ ...asking, left }, pipeline, action, told),
    })
    this.reports = reports
    this.watch = new SourceWatch({
      ...asking,
      reads,
      states,
      book,
      settings,
      news,
      async webhookActions(pipelineName) {
        const webhooks = await engine.store.webhooks.list()
        return webhooks.flatMap(({ definition: { targetPipeline, targetAction } }) =>
          targetPipeline === pipelineName ? [targetAction] : [],
        )
      },
    })
    const onFailing = (source: FailingSource) =>
      desk.take(sourceFailed(source, identity), `source ${source.pipelineName}/${source.actionName} ${source.since}`)
    const settler = new PollSettler({ clock, reads, states, reports, news, book, settings, log, onFailing })
    const { concurrency, timeoutSeconds } = polling
    const poller = new SourcePoller({ ...asking, reads, states, settler, concurrency, timeout: timeoutSeconds * 1000 })
    this.poller = poller
    // The next beat polls, too; it is only later.
    const wake = () => void poller.startDue().catch(() => {})
    this.service = createSourceService({ clock, states, reports, book, news, wake })
  }
}

/** The sources that cannot be looked at, for the state of a pipeline. */
export async function sourceTroubles(states: SourceStateStore, pipelineName: string): Promise<SourceTrouble[]> {
  return (await states.ofPipeline(pipelineName)).flatMap(
    ({ actionName, error, failures, failingSince, lastPolled }) => {
      const since = failingSince ?? lastPolled
      return error === undefined || since === undefined ? [] : [{ actionName, message: error, polls: failures, since }]
    },
  )
}

function startForRevision(engine: Engine): StartForRevision {
  return ({ pipelineName, actionName, revision: found, trigger, detail }) => {
    const { event, ...revision } = found
    return reportRevision(engine, {
      pipelineName,
      revision: {
        ...revision,
        actionName,
        ...defined({
          branch: event?.kind === 'push' ? event.branch : undefined,
          pullRequest: event?.kind === 'pullRequest' ? true : undefined,
        }),
      },
      tag: event?.kind === 'tag' ? event.tag : undefined,
      trigger: { triggerType: trigger, ...defined({ triggerDetail: detail }) },
      untrusted: isUntrusted(found),
    })
  }
}
