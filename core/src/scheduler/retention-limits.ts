import { defined } from '../domain/defined.js'
import { compileGlob } from '../domain/glob.js'

/** `retention:` of penstock.yaml. */
export interface RetentionConfig {
  readonly historyDays: number
  readonly auditDays: number
  /** Ended executions that each pipeline keeps; all that are young enough when absent. */
  readonly executions?: number
  /** A size: with less free on the artifacts' disk, the oldest artifacts go; or `none`. */
  readonly freeSpace: string
  /** What each pipeline's artifacts may take, a size; as much as there is when absent. */
  readonly artifacts?: string
  /** What differs for pipelines of a name's pattern; the first that fits counts. */
  readonly pipelines: Readonly<Record<string, Partial<PipelineLimits>>>
}

/** What one pipeline's history is kept by. */
export interface PipelineLimits {
  readonly historyDays: number
  readonly executions?: number
  /** A size, such as `2 GiB`. */
  readonly artifacts?: string
}

/** Compiles the patterns once; the answer tells a pipeline's limits. Errors: GlobSyntaxError. */
export function limitsByName({
  historyDays,
  executions,
  artifacts,
  pipelines,
}: RetentionConfig): (name: string) => PipelineLimits {
  const rules = Object.entries(pipelines).map(([pattern, own]) => ({ fits: compileGlob(pattern), own }))
  const usual = { historyDays, ...defined({ executions, artifacts }) }
  return (name) => ({ ...usual, ...rules.find(({ fits }) => fits(name))?.own })
}
