/** What the poller and the webhooks are made of. */

import type { InjectionToken } from 'tsyringe'
import { defined } from '../domain/defined.js'
import { reportRevision } from '../engine/report-revision.js'
import type { SourceProvider } from '../host/source-provider.js'
import { SourcePoller } from '../scheduler/source-poller.js'
import { SourceReports } from '../scheduler/source-reports.js'
import { type ReadConfiguration, SourceWatch } from '../scheduler/source-watch.js'
import { parseConfiguration } from '../worker/configuration.js'
import { createHttpClient } from '../worker/http-client.js'
import { secretFolder, secretLookup } from './secret-folder.js'
import { tokens } from './tokens.js'

type Get = <T>(token: InjectionToken<T>) => T

/** `{{secret:NAME}}`: plugins' stores first, then the data folder's. */
export function secretsOf(get: Get): (name: string) => Promise<string | undefined> {
  const { dataDir, installation = dataDir } = get(tokens.config)
  const folder = secretFolder(installation)
  return secretLookup(() => [...get(tokens.registry).secretStores(), folder])
}

export function createReports(get: Get): SourceReports {
  const engine = get(tokens.engine)
  return new SourceReports({
    hooks: get(tokens.hooks),
    reads: engine.store.read,
    log: get(tokens.log),
    start: ({ pipelineName, actionName, revision: { event, ...revision }, trigger, detail }) =>
      reportRevision(engine, {
        pipelineName,
        revision: { ...revision, actionName },
        tag: event?.kind === 'tag' ? event.tag : undefined,
        trigger: { triggerType: trigger, ...defined({ triggerDetail: detail }) },
      }),
  })
}

export function createWatch(get: Get): SourceWatch {
  const { polling, schedules } = get(tokens.config)
  return new SourceWatch({
    clock: get(tokens.clock),
    reads: get(tokens.engine).store.read,
    registry: get(tokens.registry),
    states: get(tokens.sourceStates),
    settings: { ...polling, schedules },
    book: get(tokens.book),
    readConfiguration: configurationReader(get),
    async webhookActions(pipelineName) {
      const webhooks = await get(tokens.engine).store.webhooks.list()
      return webhooks.flatMap(({ definition: { targetPipeline, targetAction } }) =>
        targetPipeline === pipelineName ? [targetAction] : [],
      )
    },
    log: get(tokens.log),
  })
}

export function createPoller(get: Get): SourcePoller {
  const { concurrency, timeoutSeconds } = get(tokens.config).polling
  const clock = get(tokens.clock)
  return new SourcePoller({
    clock,
    reads: get(tokens.engine).store.read,
    registry: get(tokens.registry),
    states: get(tokens.sourceStates),
    reports: get(tokens.reports),
    book: get(tokens.book),
    readConfiguration: configurationReader(get),
    http: (signal) => createHttpClient({ clock, signal, mask: (text) => text }), // the poller hides secrets in what it keeps
    concurrency,
    timeout: timeoutSeconds * 1000,
    log: get(tokens.log),
  })
}

function configurationReader(get: Get): ReadConfiguration {
  const lookup = secretsOf(get)
  return (provider: SourceProvider, configuration) => parseConfiguration(provider.configuration, configuration, lookup)
}
