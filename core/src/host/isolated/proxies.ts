/** Providers as the host registers them for an isolated plugin: their declarations, and functions that ask its process. */
import type { ActionJob } from '../action-job.js'
import type { ActionProvider } from '../action-provider.js'
import type { Contribution } from '../contributions/declared.js'
import type { Notification, Notifier, PluginApi, SecretStore } from '../plugin.js'
import type { JobContext } from '../provider-context.js'
import type { RuleProvider } from '../rule-provider.js'
import type { ChangesFound, PollContext, SourceProvider } from '../source-provider.js'
import type { GateOptions } from '../tap-options.js'
import type {
  AskRequest,
  ContributionCall,
  DeclaredAction,
  DeclaredContribution,
  DeclaredNotifier,
  DeclaredRule,
  PollRequest,
  RegisterAnswer,
  RunRequest,
} from './protocol.js'

/** How the proxies reach the plugin's process. */
export interface ProcessCalls {
  /** Errors: what the code there threw; PluginProcessEnded. */
  call(method: string, params: unknown): Promise<unknown>
  /** As `call`, within milliseconds of its own. Errors: StepTimeout besides. */
  ask(what: string, ms: number, method: string, params: unknown): Promise<unknown>
  runJob(request: Omit<RunRequest, 'scope'>, ctx: JobContext): Promise<unknown>
  poll(request: Omit<PollRequest, 'scope'>, ctx: PollContext): Promise<unknown>
}

/** Milliseconds for a provider's short question, and for a secret. */
export const askLimits = { question: 5_000, secret: 10_000 } as const

const isolated = new WeakSet<object>()

/** True for a provider whose code runs in another process: what it answers to validate, polls and pollKey is a promise. */
export function isIsolated(provider: object): boolean {
  return isolated.has(provider)
}

/** Declares at the host what the plugin declared in its process. Errors: RegistrationRefused. */
export function declareProxies(api: PluginApi<unknown>, calls: ProcessCalls, declared: RegisterAnswer): void {
  for (const [place, action] of declared.actions.entries()) api.provideAction(actionProxy(calls, action, place))
  for (const [place, rule] of declared.rules.entries()) api.provideRule(ruleProxy(calls, rule, place))
  for (const [place, notifier] of declared.notifiers.entries())
    api.provideNotifier(notifierProxy(calls, notifier, place))
  for (const [place, name] of declared.secretStores.entries()) api.provideSecretStore(secretsProxy(calls, name, place))
  for (const [place, one] of declared.contributions.entries()) contribute(api, contributionProxy(calls, one, place))
  for (const [place, { hook, options }] of declared.taps.entries()) {
    const tap = api.hooks[hook] as unknown as (run: (event: unknown) => Promise<unknown>, options?: GateOptions) => void
    tap((event) => calls.call('hook', { place, event }), options)
  }
}

function contribute({ contribute: to }: PluginApi<unknown>, { kind, ...one }: Contribution): void {
  to[kind](one as never)
}

/** Its functions ask the process; the host has set its time limit around them. */
function contributionProxy(calls: ProcessCalls, declared: DeclaredContribution, place: number): Contribution {
  const ask =
    (method: ContributionCall['method'], form?: string) =>
    (...args: readonly unknown[]) =>
      calls.call('contribute', {
        place,
        method,
        args,
        ...(form === undefined ? {} : { form }),
      } satisfies ContributionCall)
  if (declared.kind === 'command') return { ...declared, run: ask('run') as never }
  if (declared.kind === 'choices') return { ...declared, list: ask('list') as never }
  const forms = Object.entries(declared.forms ?? {}).map(([name, form]) => [
    name,
    { ...form, submit: ask('submit', name) },
  ])
  return { ...declared, show: ask('show') as never, forms: Object.fromEntries(forms) as never }
}

function actionProxy(calls: ProcessCalls, declared: DeclaredAction, place: number): ActionProvider {
  const { functions, ...declaration } = declared
  const ask = (method: AskRequest['method']) => (configuration: unknown) =>
    calls.ask(`${method}()`, askLimits.question, 'ask', { place, method, configuration } satisfies AskRequest)
  const poll = (method: PollRequest['method'], args: readonly unknown[], ctx: PollContext) =>
    calls.poll({ place, method, args }, ctx)
  const source: Partial<SourceProvider> = {
    ...(functions.latestRevision
      ? { latestRevision: async (values, ctx) => (await poll('latestRevision', [values], ctx)) as never }
      : {}),
    ...(functions.changesSince
      ? {
          changesSince: async (values, cursor, interest, ctx) => {
            const args = [values, cursor, interest]
            return (await poll('changesSince', args, ctx)) as ChangesFound
          },
        }
      : {}),
  }
  // These are synchronous to an author and promises here: whoever calls them awaits.
  const questions = {
    ...(functions.validate ? { validate: ask('validate') } : {}),
    ...(functions.polls ? { polls: ask('polls') } : {}),
    ...(functions.pollKey ? { pollKey: ask('pollKey') } : {}),
  } as unknown as Pick<SourceProvider, 'validate' | 'polls' | 'pollKey'>
  const run = runner(calls, 'action', place)
  const proxy = { ...declaration, ...source, ...questions, run } as ActionProvider
  isolated.add(proxy)
  return proxy
}

function ruleProxy(calls: ProcessCalls, declared: DeclaredRule, place: number): RuleProvider {
  return { ...declared, run: runner(calls, 'rule', place) }
}

function runner(calls: ProcessCalls, kind: RunRequest['kind'], place: number): ActionProvider['run'] {
  return async (job, ctx) => {
    const { workspace } = ctx
    const request = { kind, place, job: job as ActionJob<unknown>, workspace, targets: ctx.targets !== undefined }
    return (await calls.runJob(request, ctx)) as Awaited<ReturnType<ActionProvider['run']>>
  }
}

function notifierProxy(calls: ProcessCalls, { name, receivers }: DeclaredNotifier, place: number): Notifier {
  const ask = async (notification: Notification) =>
    (await calls.ask('receivers()', askLimits.question, 'receivers', { place, notification })) as readonly string[]
  return {
    name,
    ...(receivers ? { receivers: ask } : {}),
    notify: async (notification, delivery) => void (await calls.call('notify', { place, notification, delivery })),
  }
}

function secretsProxy(calls: ProcessCalls, name: string, place: number): SecretStore {
  return {
    name,
    get: async (wanted) =>
      (await calls.ask(`secret store ${name}`, askLimits.secret, 'secret', { place, name: wanted })) as
        | string
        | undefined,
  }
}
