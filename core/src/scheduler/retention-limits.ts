import { compileGlob } from '../domain/glob.js'

/** `retention:` of penstock.yaml. */
export interface RetentionConfig {
  readonly historyDays: number
  readonly auditDays: number
  /** Ended executions that each pipeline keeps; all that are young enough when absent. */
  readonly executions?: number
  /** A size: with less free on the artifacts' disk, the oldest artifacts go; or `none`. */
  readonly freeSpace: string
  /** What differs for pipelines of a name's pattern; the first that fits counts. */
  readonly pipelines: Readonly<Record<string, { readonly historyDays?: number; readonly executions?: number }>>
}

/** What one pipeline's history is kept by. */
export interface PipelineLimits {
  readonly historyDays: number
  readonly executions?: number
}

/** Compiles the patterns once; the answer tells a pipeline's limits. Errors: GlobSyntaxError. */
export function limitsByName({
  historyDays,
  executions,
  pipelines,
}: RetentionConfig): (name: string) => PipelineLimits {
  const rules = Object.entries(pipelines).map(([pattern, own]) => ({ fits: compileGlob(pattern), own }))
  const usual = executions === undefined ? { historyDays } : { historyDays, executions }
  return (name) => ({ ...usual, ...rules.find(({ fits }) => fits(name))?.own })
}
