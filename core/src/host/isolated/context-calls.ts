/** Serves what a job or poll in a plugin's process asks of its context, on the context that the host holds. */
import type { TestReportInput } from '../../domain/test-report.js'
import type { HttpClient, HttpRequest, HttpResponse } from '../http-client.js'
import type { JobApiAccess } from '../job-api-access.js'
import type { DeployTarget, ExecOptions, InputOptions, JobContext, OutputOptions } from '../provider-context.js'
import type { PollContext } from '../source-provider.js'
import { type ContextCall, type ContextMethod, contextMethods, type WireBytes } from './protocol.js'

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

  /** Makes a job's context reachable; the answer is its number. */
  openJob(ctx: JobContext): number {
    return this.#open({ served: jobCalls(ctx), log: (text) => ctx.log.write(text), mask: (value) => ctx.mask(value) })
  }

  /** As openJob, for a poll. */
  openPoll(ctx: PollContext): number {
    return this.#open({ served: { http: httpCall(ctx.http) }, log: (text) => ctx.log(text), mask: () => {} })
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
    this.#guard(found, () => found?.log(text))
  }

  mask({ scope, value }: { readonly scope: number; readonly value: string }): void {
    const found = this.#scopes.get(scope)
    this.#guard(found, () => found?.mask(value))
  }

  #guard(scope: Scope | undefined, work: () => void): void {
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

function jobCalls(ctx: JobContext): Partial<Served> {
  let access: JobApiAccess | undefined
  const { targets } = ctx
  return {
    input: (name?: string, options?: InputOptions) => ctx.input(name, options),
    output: (source: string, options?: OutputOptions) => ctx.output(source, options),
    exec: (command: readonly [string, ...string[]], options?: ExecOptions) => ctx.exec(command, options),
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
