/** A plugin in a process of its own: started, watched, started anew when it ends, and let go. */
import type { Principal } from '../../domain/access.js'
import type { Clock } from '../../domain/clock.js'
import { defined } from '../../domain/defined.js'
import { contain, reason, StepTimeout } from '../contain.js'
import type { PluginPlace } from '../discover.js'
import { lendCore } from '../load.js'
import type { Manifest } from '../manifest.js'
import type { PluginPermissions } from '../permissions.js'
import { definePlugin, type Logger, type Plugin, type PluginApi } from '../plugin.js'
import type { ReportedRevision } from '../plugin-operations.js'
import type { JobContext } from '../provider-context.js'
import type { PollContext } from '../source-provider.js'
import type { StateDoor } from '../state/state-door.js'
import { ContextCalls } from './context-calls.js'
import { isolationLimits, usualMemory } from './limits.js'
import { nodePermissions } from './node-permissions.js'
import { answerOperations, answerReports } from './operation-calls.js'
import { PluginProcess } from './plugin-process.js'
import type { PluginEnclosure, PluginSandbox } from './plugin-sandbox.js'
import type {
  GuardedBy,
  LinesNote,
  LoadAnswer,
  LoadRequest,
  PollRequest,
  RegisterAnswer,
  RegisterRequest,
  RunRequest,
} from './protocol.js'
import { declareProxies, type ProcessCalls } from './proxies.js'
import { Restarts } from './restarts.js'
import { serveState } from './state-calls.js'
import { watchHang } from './watch-hang.js'
import { toWire } from './wire-error.js'

/** What an isolated plugin is made of. */
export interface IsolatedPluginParts {
  readonly name: string
  readonly place: PluginPlace
  readonly manifest?: Manifest
  /** MB for its objects; `usualMemory` when absent. */
  readonly memory?: number
  readonly clock: Clock
  readonly log: Logger
  readonly state: () => StateDoor
  /** `api.principal` and `api.server.operations`; absent where there is no server. */
  readonly operations?: {
    principal(): Principal
    call(method: string, input: unknown): Promise<unknown>
    report(found: ReportedRevision): Promise<unknown>
  }
  readonly limits?: Partial<Record<keyof typeof isolationLimits, number>>
  /** Encloses its process; without one it does whatever the server's user can. */
  readonly sandbox?: PluginSandbox
  readonly permissions: PluginPermissions
  /** Where they are granted: `plugins.hello`. */
  readonly section: string
  /** Something went wrong; the plugin goes on. */
  onProblem(text: string): void
  /** The process ended once too often, and is not started again. */
  onFailed(text: string): void
}

type Life = 'starting' | 'running' | 'draining' | 'over'

/** Stands for the plugin at the host: `definition()` is what the host loads, registers and starts like any other. */
export class IsolatedPlugin implements ProcessCalls {
  readonly #contexts: ContextCalls
  readonly #restarts: Restarts
  readonly #limits: Record<keyof typeof isolationLimits, number>
  #life: Life = 'starting'
  #current: PluginProcess | undefined
  /** Resolves with the process that may be asked; waits while one is being started anew. */
  #ready: Promise<PluginProcess> = Promise.reject(new Error('not loaded'))
  #registered: { readonly request: RegisterRequest; readonly declared: string } | undefined
  #busy = 0
  #dataFolder = ''
  #cancel: (() => void)[] = []
  #end = () => {}
  /** Resolves when the process is gone for good. */
  readonly #over = new Promise<void>((resolve) => {
    this.#end = resolve
  })

  constructor(readonly parts: IsolatedPluginParts) {
    this.#contexts = new ContextCalls(this.#guard)
    this.#restarts = new Restarts(parts.clock)
    this.#limits = { ...isolationLimits, ...parts.limits }
    this.#ready.catch(() => {})
  }

  /** The process's id, while there is one. */
  get pid(): number | undefined {
    return this.#current?.pid
  }

  /** Starts the process and loads the code in it. Errors: PluginRefused; what the code threw; PluginProcessEnded. */
  async load(dataFolder: string): Promise<Plugin> {
    this.#dataFolder = dataFolder
    const { process, answer } = await this.#launch()
    this.#ready = Promise.resolve(process)
    const { name, apiVersion, configSchema } = answer
    return definePlugin<unknown>({
      name,
      apiVersion,
      ...(configSchema ? { configSchema } : {}),
      register: (api) => this.#register(api, dataFolder),
    }) as Plugin
  }

  async call(method: string, params: unknown): Promise<unknown> {
    const process = await this.#ready
    return process.channel.call(method, params)
  }

  /** The time limit begins once there is a process to be asked: one that is being started anew is waited for. */
  async ask(what: string, ms: number, method: string, params: unknown): Promise<unknown> {
    const { clock, name } = this.parts
    const waiting = `the start of the process of plugin '${name}'`
    const process = await contain(clock, name, waiting, this.#limits.restart, () => this.#ready)
    return contain(clock, name, what, ms, () => process.channel.call(method, params))
  }

  async runJob(request: Omit<RunRequest, 'scope'>, ctx: JobContext): Promise<unknown> {
    const show = (folder: string) => this.#show(folder)
    const tell = (note: LinesNote) => this.#current?.channel.note('lines', note)
    await show(request.workspace)
    try {
      return await this.#work('run', request, ctx.signal, this.#contexts.openJob(ctx, show, tell))
    } finally {
      await this.#current?.parts.enclosure?.hide(request.workspace)
    }
  }

  /** A folder of a job, in the sandbox. */
  async #show(folder: string): Promise<void> {
    const { pid, parts } = await this.#ready
    if (pid !== undefined) await parts.enclosure?.show(pid, folder)
  }

  poll(request: Omit<PollRequest, 'scope'>, ctx: PollContext): Promise<unknown> {
    return this.#work('poll', request, ctx.signal, this.#contexts.openPoll(ctx))
  }

  /** Takes no new work, lets what runs come to its end, and then ends the process. Resolves then; never rejects. */
  async retire(): Promise<void> {
    if (this.#life === 'running' || this.#life === 'starting') {
      this.#life = 'draining'
      this.#endIfIdle()
    }
    await this.#over
  }

  /** Gives onStop its time, then ends the process, whatever runs in it. Never rejects. */
  async shut(): Promise<void> {
    if (this.#life === 'running') await this.#stop()
    this.end()
    await this.#over
  }

  /** Ends the process now. Steps of its jobs go on. */
  end(): void {
    this.#life = 'over'
    for (const cancel of this.#cancel.splice(0)) cancel()
    const process = this.#current
    process?.kill('was ended with the plugin')
    if (process) void process.ended.then(this.#end)
    else this.#end()
  }

  async #register(api: PluginApi<unknown>, dataFolder: string): Promise<void> {
    const principal = this.parts.operations?.principal()
    const request: RegisterRequest = { config: api.config, dataFolder, ...defined({ principal }) }
    const declared = (await this.call('register', request)) as RegisterAnswer
    this.#registered = { request, declared: JSON.stringify(declared) }
    declareProxies(api, this, declared)
    api.onStart(async () => {
      await this.call('start', {})
      if (this.#life === 'starting') this.#life = 'running'
    })
  }

  /** Runs under a context, whose abort goes with it. */
  async #work(method: string, request: object, signal: AbortSignal, scope: number): Promise<unknown> {
    let process: PluginProcess | undefined
    let cancel = () => {}
    let giveUp = (_: Error) => {}
    const givenUp = new Promise<never>((_, reject) => {
      giveUp = reject
    })
    const abort = () => {
      process?.channel.note('abort', { scope, error: toWire(signal.reason) })
      cancel = this.parts.clock.after(this.#limits.abandon, () => giveUp(new StepTimeout(method, this.#limits.abandon)))
    }
    this.#busy++
    try {
      process = await this.#ready
      const answer = process.channel.call(method, { ...request, scope })
      if (signal.aborted) abort()
      else signal.addEventListener('abort', abort, { once: true })
      return await Promise.race([answer, givenUp])
    } finally {
      cancel()
      signal.removeEventListener('abort', abort)
      this.#contexts.close(scope)
      this.#busy--
      this.#endIfIdle()
    }
  }

  #endIfIdle(): void {
    if (this.#life !== 'draining' || this.#busy > 0) return
    void this.#stop().then(() => this.end())
  }

  async #stop(): Promise<void> {
    const { clock, name, onProblem } = this.parts
    try {
      await contain(clock, name, 'onStop()', this.#limits.stop, () => this.call('stop', {}))
    } catch (error) {
      onProblem(`stop: ${reason(error)}`)
    }
  }

  /** How it is enclosed; nothing where that cannot be, which is told. */
  async #enclosure(): Promise<PluginEnclosure | undefined> {
    const { name, place, permissions, sandbox, onProblem } = this.parts
    if (sandbox === undefined) return undefined
    lendCore(place)
    const problem = await sandbox.problem()
    if (problem === undefined) return sandbox.enclose({ name, place, dataFolder: this.#dataFolder, permissions })
    onProblem(`it runs without a sandbox, and may do whatever the server's user may: ${problem}`)
    return undefined
  }

  get #guard(): GuardedBy | undefined {
    const { sandbox, permissions, section, manifest } = this.parts
    return sandbox && { permissions, section, hasManifest: manifest !== undefined }
  }

  async #launch(): Promise<{ readonly process: PluginProcess; readonly answer: LoadAnswer }> {
    const { name, place, manifest, clock, log, onProblem, operations, permissions } = this.parts
    const enclosure = await this.#enclosure()
    const process = new PluginProcess({
      plugin: name,
      memory: this.parts.memory ?? usualMemory,
      ...(enclosure ? { enclosure, nodeOptions: nodePermissions(enclosure, permissions, place.kind) } : {}),
      onLine: (line, stream) => log[stream === 'stdout' ? 'info' : 'warn'](line),
      onError: (error) => onProblem(reason(error)),
      handlers: {
        context: (call: Parameters<ContextCalls['call']>[0]) => this.#contexts.call(call),
        log: (note: Parameters<ContextCalls['log']>[0]) => this.#contexts.log(note),
        mask: (note: Parameters<ContextCalls['mask']>[0]) => this.#contexts.mask(note),
        state: serveState(this.parts.state),
        ...(operations && {
          operate: answerOperations((method, input) => operations.call(method, input)),
          report: answerReports((found) => operations.report(found)),
        }),
        problem: ({ text }: { readonly text: string }) => onProblem(text),
        say: ({ level, message, details }: Said) => log[level](message, details ?? {}),
      },
    })
    this.#current = process
    void process.ended.then((error) => this.#ended(process, error))
    void process.ended.then(() => enclosure?.remove())
    watchHang(process, clock, this.#limits)
    const request: LoadRequest = { place, ...(manifest ? { manifest } : {}), ...defined({ guarded: this.#guard }) }
    try {
      const loading = () => process.channel.call('load', request)
      const answer = (await contain(clock, name, 'loading', this.#limits.load, loading)) as LoadAnswer
      return { process, answer }
    } catch (error) {
      process.kill('was ended, for it could not be loaded')
      throw error
    }
  }

  #ended(process: PluginProcess, error: Error): void {
    if (this.#current !== process) return
    this.#current = undefined
    this.#ready = Promise.reject(error)
    this.#ready.catch(() => {})
    if (this.#life !== 'running') return // nobody needs it any more, or bringing it up has failed and says so
    const { onProblem, onFailed } = this.parts
    const pause = this.#restarts.next()
    if (pause === undefined) {
      this.#life = 'over'
      onFailed(`${error.message}, once more after ${this.#restarts.count - 1} restarts: it is not started again`)
      return
    }
    onProblem(`${error.message}; it is started again in ${pause / 1000} s`)
    this.#startAgain(pause)
  }

  #startAgain(pause: number): void {
    this.#ready = new Promise((resolve, reject) => {
      const cancel = this.parts.clock.after(pause, () => {
        this.#cancel = []
        this.#relaunch().then(resolve, reject)
      })
      this.#cancel.push(cancel, () => reject(new Error(`plugin '${this.parts.name}' was switched off`)))
    })
    this.#ready.catch(() => {})
  }

  /** Load, register and start as the first time. Errors: it ended again, or declares something else now. */
  async #relaunch(): Promise<PluginProcess> {
    const { clock, name, onProblem, onFailed } = this.parts
    try {
      const { process } = await this.#launch()
      const step = (what: 'register' | 'start', params: unknown) =>
        contain(clock, name, `${what}()`, this.#limits[what], () => process.channel.call(what, params))
      const declared = JSON.stringify(await step('register', this.#registered?.request))
      if (declared !== this.#registered?.declared) {
        this.#life = 'over'
        process.kill('declares something else than before')
        onFailed(`it declares something else than when it was registered: reload it (penstock plugin reload ${name})`)
        throw new Error('it declares something else')
      }
      await step('start', {})
      return process
    } catch (error) {
      const process = this.#current
      if (process && this.#life === 'running') {
        onProblem(`start: ${reason(error)}`)
        process.kill('could not be brought up again')
      }
      throw error
    }
  }
}

interface Said {
  readonly level: keyof Logger
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
}
