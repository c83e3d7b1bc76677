import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ActionCategory } from '../domain/action-type.js'
import { defined } from '../domain/defined.js'
import type { FailureType } from '../domain/job.js'
import type { ActionProvider } from '../host/action-provider.js'
import type { ActionTypeDeclaration, PropertyDeclarations } from '../host/action-type-declaration.js'
import { JobFailed } from '../host/job-failed.js'

/**
 * What a dummy does, in this order.
 * @example
 * const script: DummyScript = { log: 'hello', exec: [['true']], result: 'Succeeded' }
 */
export interface DummyScript {
  /** `Dummy` when absent. */
  readonly provider?: string
  /** `Build` when absent. */
  readonly category?: ActionCategory
  readonly configuration?: PropertyDeclarations
  readonly inputArtifacts?: ActionTypeDeclaration['inputArtifacts']
  readonly outputArtifacts?: ActionTypeDeclaration['outputArtifacts']
  readonly idempotent?: boolean
  readonly log?: string | readonly string[]
  /** Kept with `ctx.checkpoint`. */
  readonly checkpoint?: unknown
  /** Run as durable steps. */
  readonly exec?: readonly (readonly [string, ...string[]])[]
  /** Milliseconds by the context's clock. */
  readonly after?: number
  /** Waits as if it had not heard of aborts. */
  readonly ignoresAbort?: boolean
  /** Files for each output artifact: name -> path -> text. */
  readonly outputs?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly outputVariables?: Readonly<Record<string, string>>
  readonly summary?: string
  /** `Succeeded` when absent. */
  readonly result?: 'Succeeded' | 'Failed'
  /** Fails with this; implies `result: 'Failed'`. */
  readonly fail?: string | { readonly type?: FailureType; readonly message: string }
}

/**
 * A provider that does what it is told, for tests that need no real one.
 * @example
 * dummyProvider({ result: 'Failed', after: 120_000, log: 'two minutes later' })
 */
export function dummyProvider(script: DummyScript = {}): ActionProvider {
  return {
    category: script.category ?? 'Build',
    provider: script.provider ?? 'Dummy',
    description: 'Does what a test tells it',
    configuration: script.configuration ?? {},
    inputArtifacts: script.inputArtifacts ?? [0, 5],
    outputArtifacts: script.outputArtifacts ?? [0, 5],
    idempotent: script.idempotent ?? false,
    async run(_job, ctx) {
      for (const line of [script.log ?? []].flat()) ctx.log.line(line)
      if (script.checkpoint !== undefined) await ctx.checkpoint(script.checkpoint)
      for (const command of script.exec ?? []) await ctx.exec(command)
      if (script.after !== undefined) await wait(script, ctx)
      for (const [name, files] of Object.entries(script.outputs ?? {})) {
        const folder = join(ctx.workspace, `output-${name}`)
        await writeFiles(folder, files)
        await ctx.output(folder, { name })
      }
      failIfTold(script)
      const { outputVariables, summary } = script
      return { ...(outputVariables ? { outputVariables } : {}), ...defined({ summary }) }
    },
  }
}

type Context = Parameters<ActionProvider['run']>[1]

function wait({ after = 0, ignoresAbort }: DummyScript, ctx: Context): Promise<void> {
  if (!ignoresAbort) return ctx.sleep(after)
  return new Promise((resolve) => ctx.clock.after(after, resolve))
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

function failIfTold({ result, fail }: DummyScript): void {
  if (fail === undefined && result !== 'Failed') return
  const { type, message } = typeof fail === 'object' ? fail : { type: undefined, message: fail ?? 'told to fail' }
  throw new JobFailed(message, type)
}
