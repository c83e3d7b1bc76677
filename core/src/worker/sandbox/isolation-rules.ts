import { compileGlob } from '../../domain/glob.js'
import { JobFailed } from '../../host/job-failed.js'
import { type IsolationLevel, type IsolationWish, type StepIsolation, stricter } from './isolation.js'
import { type LimitName, parseSize, type StepLimits } from './limits.js'

/** A limit as penstock.yaml has it: a number, a size such as `2 GiB`, or `none`. */
export type LimitText = number | string

/** What penstock.yaml says of the worker's steps: for all, or for the pipelines of a pattern. */
export interface IsolationRule {
  readonly isolation?: IsolationLevel
  /** Of containers, where the action names none. */
  readonly image?: string
  readonly network?: 'on' | 'none'
  readonly sandbox?: { readonly readOnly?: readonly string[]; readonly writable?: readonly string[] }
  readonly limits?: Readonly<Partial<Record<LimitName, LimitText>>>
}

export interface IsolationRules extends IsolationRule {
  /** By a pattern of pipelines' names, as globs of git triggers; the first that fits adds to what holds for all. */
  readonly pipelines?: Readonly<Record<string, IsolationRule>>
}

/** What holds for one pipeline's steps before its actions say what they want. */
export interface PipelineIsolation {
  readonly floor: IsolationLevel
  readonly image?: string
  readonly network: boolean
  readonly readOnly: readonly string[]
  readonly writable: readonly string[]
  readonly limits: StepLimits
}

/** Reads the rules for one pipeline. `usual` are the limits where nobody says otherwise. */
export function rulesFor(pipeline: string, rules: IsolationRules, usual: StepLimits): PipelineIsolation {
  const own = Object.entries(rules.pipelines ?? {}).find(([pattern]) => compileGlob(pattern)(pipeline))?.[1] ?? {}
  const image = own.image ?? rules.image
  return {
    floor: own.isolation ?? rules.isolation ?? 'sandbox',
    ...(image === undefined ? {} : { image }),
    network: (own.network ?? rules.network ?? 'on') === 'on',
    readOnly: [...(rules.sandbox?.readOnly ?? []), ...(own.sandbox?.readOnly ?? [])],
    writable: [...(rules.sandbox?.writable ?? []), ...(own.sandbox?.writable ?? [])],
    limits: { ...usual, ...readLimits({ ...rules.limits, ...own.limits }) },
  }
}

/**
 * What one action's steps run in: the operator's floor, or more where the action asks for it.
 * Errors: JobFailed ConfigurationError for a container of no image.
 */
export function isolationFor(pipeline: PipelineIsolation, wish: IsolationWish): StepIsolation {
  const { floor, readOnly, writable, limits } = pipeline
  // Without an enclosure nobody could take the network away.
  const wanted = stricter(wish.isolation ?? 'none', wish.network === 'none' ? 'sandbox' : 'none')
  const level = stricter(floor, wanted)
  const image = wish.image ?? pipeline.image
  if (level === 'container' && image === undefined) {
    throw new JobFailed(
      'Isolation is container, and no image is named: give the action an Image, or worker.image in penstock.yaml, such as docker.io/library/debian:12',
      'ConfigurationError',
    )
  }
  const network = pipeline.network && wish.network !== 'none'
  return { level, network, readOnly, writable, limits, ...(image === undefined ? {} : { image }) }
}

/** `none` takes a limit away; what is no size was refused with the file. */
function readLimits(limits: NonNullable<IsolationRule['limits']>): StepLimits {
  const read = Object.entries(limits).map(([name, text]) => [
    name,
    typeof text === 'number' ? text : text === 'none' ? undefined : parseSize(text),
  ])
  return Object.fromEntries(read) as StepLimits
}
