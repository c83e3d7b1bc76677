/** Serves what a job or poll in a plugin's process asks of its context, on the context that the host holds. */
import { existsSync, realpathSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { TestReportInput } from '../../domain/test-report.js'
import type { HttpClient, HttpRequest, HttpResponse } from '../http-client.js'
import type { JobApiAccess } from '../job-api-access.js'
import type { DeployTarget, InputOptions, JobContext, OutputOptions } from '../provider-context.js'
import type { PollContext } from '../source-provider.js'
import { PermissionRefused } from './guard.js'
import {
  type ContextCall,
  type ContextMethod,
  contextMethods,
  type GuardedBy,
  type LinesNote,
  type WireBytes,
  type WireExecOptions,
} from './protocol.js'

type Served = Record<ContextMethod, (...args: never[]) => unknown>

interface Scope {
  readonly served: Partial<Served>
  log(text: string): void
  mask(value: string): void
  /** The log could not be written (a full disk): the next call says so. */
  broken?: unknown
}

/** The contexts that a plugin's processes work with, each under a number of its own. */
export class ContextCalls {
  readonly #scopes = new Map<number, Scope>()
  #next = 1

  /** `guarded`: what the plugin was granted; everything when absent. */
  constructor(readonly guarded?: GuardedBy) {}

  /** Makes a job's context reachable; the answer is its number. `show` lets the process see a folder of the job, `tell` has its steps' lines. */
  openJob(
    ctx: JobContext,
    show: (folder: string) => Promise<void> = async () => {},
    tell: (note: LinesNote) => void = () => {},
  ): number {
    return this.#open({
      served: this.#guard(jobCalls(ctx, this.guarded, show, tell)),
      log: (text) => ctx.log.write(text),
      mask: (value) => ctx.mask(value),
    })
  }

  /** As openJob, for a poll. */
  openPoll(ctx: PollContext): number {
    return this.#open({
      served: this.#guard({ http: httpCall(ctx.http) }),
      log: (text) => ctx.log(text),
      mask: () => {},
    })
  }

  close(scope: number): void {
    this.#scopes.delete(scope)
  }

  /** Errors: the context's own. */
  async call({ scope, method, args }: ContextCall): Promise<unknown> {
    const found = this.#scopes.get(scope)
    if (!found) throw new Error('the job is over')
    if (found.broken !== undefined) throw found.broken
    const serve = contextMethods.includes(method) ? found.served[method] : undefined
    if (!serve) throw new Error(`there is no '${method}' here`)
    // JSON has null where an argument was left out.
    return serve(...(args.map((arg) => arg ?? undefined) as never[]))
  }

  log({ scope, text }: { readonly scope: number; readonly text: string }): void {
    const found = this.#scopes.get(scope)
    this.#heard(found, () => found?.log(text))
  }

  mask({ scope, value }: { readonly scope: number; readonly value: string }): void {
    const found = this.#scopes.get(scope)
    this.#heard(found, () => found?.mask(value))
  }

  /** The host's own HTTP client is network, too. */
  #guard(served: Partial<Served>): Partial<Served> {
    const { guarded } = this
    if (guarded === undefined || guarded.permissions.network) return served
    const http = (url: string) => {
      throw new PermissionRefused(`the plugin may not use the network (${originOf(url)})`, 'network: true', guarded)
    }
    return { ...served, http }
  }

  #heard(scope: Scope | undefined, work: () => void): void {
    try {
      work()
    } catch (error) {
      if (scope) scope.broken ??= error
    }
  }

  #open(scope: Scope): number {
    const number = this.#next++
    this.#scopes.set(number, scope)
    return number
  }
}

function jobCalls(
  ctx: JobContext,
  guarded: GuardedBy | undefined,
  show: (folder: string) => Promise<void>,
  tell: (note: LinesNote) => void,
): Partial<Served> {
  let access: JobApiAccess | undefined
  const { targets } = ctx
  const own = [ctx.workspace]
  return {
    async input(name?: string, options?: InputOptions) {
      const input = await ctx.input(name, options)
      await show(input.folder)
      own.push(input.folder)
      return input
    },
    async output(source: string, options?: OutputOptions) {
      if (guarded !== undefined) checkSource(resolve(ctx.workspace, source), own, guarded)
      return ctx.output(source, options)
    },
    async exec(command: readonly [string, ...string[]], { lines: number, ...options }: WireExecOptions = {}) {
      const needs = 'the plugin may not run steps outside of the sandbox (isolation: none)'
      if (guarded && options.isolation === 'none' && !guarded.permissions.hostSteps)
        throw new PermissionRefused(needs, 'hostSteps: true', guarded)
      const told = number === undefined ? {} : { onLine: (line: string) => tell({ number, lines: [line] }) }
      return ctx.exec(command, { ...options, ...told })
    },
    checkpoint: (data: unknown) => ctx.checkpoint(data ?? null),
    progress: (details: Parameters<JobContext['progress']>[0]) => ctx.progress(details),
    ...(targets ? { targets: (all: readonly DeployTarget[]) => targets.call(ctx, all) } : {}),
    testReport: (report: TestReportInput) => ctx.testReport?.(report),
    sleep: (ms: number) => ctx.sleep(ms),
    async jobApi() {
      access = await ctx.jobApi()
      if (!access) return undefined
      const { reported: _, ...plain } = access
      return plain
    },
    reported: () => access?.reported(),
    http: httpCall(ctx.http),
  }
}

/**
 * The server reads what is packed, and so would read for the plugin. Beside the job's folders it may be what the plugin was
 * granted to read, and cannot change: a link that it planted would lead anywhere. Errors: PermissionRefused.
 */
function checkSource(source: string, own: readonly string[], guarded: GuardedBy): void {
  const { readOnly } = guarded.permissions.paths
  if (own.some((folder) => isWithin(source, folder))) return
  if (existsSync(source) && readOnly.some((folder) => isWithin(realpathSync(source), realpathSync(folder)))) return
  throw new PermissionRefused(
    `ctx.output: ${source} is outside of the job's folders, and of those that the plugin may read`,
    `paths: { readOnly: [${source}] }`,
    guarded,
  )
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}${sep}`)
}

function originOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).origin : 'a URL that is none'
}

function httpCall(http: HttpClient): Served['http'] {
  return async (url: string, options: HttpRequest = {}) => {
    const { body, ...rest } = options
    const { status, ok, headers, text } = await http.request(url, {
      ...rest,
      ...(body == null ? {} : { body: bytesOf(body) }),
    })
    return { status, ok, headers, text: text() } satisfies Omit<HttpResponse, 'text' | 'json'> & { text: string }
  }
}

/** What child-context.ts made of bytes, as bytes again. */
function bytesOf(body: unknown): unknown {
  const { base64 } = (typeof body === 'object' && body !== null ? body : {}) as Partial<WireBytes>
  const isBytes = typeof base64 === 'string' && Object.keys(body as object).length === 1
  return isBytes ? Buffer.from(base64, 'base64') : body
}
