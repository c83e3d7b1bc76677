import { globProblem } from '../../domain/glob.js'
import { JobFailed } from '../../host/job-failed.js'
import type { WorkFolder } from '../workspace.js'
import { buildUser } from './build-user.js'
import { CacheFolders } from './cache.js'
import type { Cgroups } from './cgroups.js'
import type { Enclosure, EnclosureMaker } from './enclosure.js'
import type { IsolationLevel, IsolationWish, StepIsolation } from './isolation.js'
import { type IsolationRules, isolationFor, rulesFor } from './isolation-rules.js'
import type { StepLimits } from './limits.js'

/** What a worker isolates its steps with. */
export interface WorkerIsolationParts {
  readonly rules: IsolationRules
  readonly usual: StepLimits
  readonly dataFolder: string
  readonly sandbox: EnclosureMaker
  readonly container: EnclosureMaker
  /** Where steps get control groups, or why they get none although penstock.yaml names a place for them. */
  readonly cgroups?: Cgroups | Error
}

/** Decides what each step runs in, and makes it. Nothing falls back: what cannot be made is the step's failure. */
export class WorkerIsolation {
  readonly #caches: CacheFolders
  readonly #problems = new Map<IsolationLevel, Promise<string | undefined>>()

  /** Where steps get control groups; none where the machine has no place for them. */
  readonly cgroups: Cgroups | undefined

  /** Whose processes steps in a sandbox or container are; the server's own user's when absent. */
  readonly user = buildUser()

  constructor(readonly parts: WorkerIsolationParts) {
    this.#caches = new CacheFolders(parts.dataFolder)
    this.cgroups = parts.cgroups instanceof Error ? undefined : parts.cgroups
  }

  /**
   * What a job's steps run in. `mayKeep`: its run may write a cache (a pull request's may not).
   * Errors: JobFailed ConfigurationError.
   */
  of(pipeline: string, wish: IsolationWish, mayKeep: boolean): StepIsolation {
    const isolation = isolationFor(rulesFor(pipeline, this.parts.rules, this.parts.usual), wish)
    if (isolation.level === 'none' || !mayKeep) return isolation
    return { ...isolation, cache: this.#caches.of(pipeline, wish.cache) }
  }

  /** Errors: JobFailed ConfigurationError with what the machine lacks and what to do. */
  async enclose(folder: WorkFolder, isolation: StepIsolation): Promise<Enclosure | undefined> {
    const maker = this.#maker(isolation.level)
    if (maker === undefined) return undefined
    const problem = await this.problem(isolation.level)
    if (problem !== undefined) throw new JobFailed(problem, 'ConfigurationError')
    return maker.enclose(folder, isolation)
  }

  /** Why steps of this level cannot run here, as one sentence; looked for once while it is well. */
  async problem(level: IsolationLevel): Promise<string | undefined> {
    const known = this.#problems.get(level) ?? this.#maker(level)?.problem() ?? Promise.resolve(undefined)
    this.#problems.set(level, known)
    const problem = await known
    // The operator may have mended it meanwhile.
    if (problem !== undefined) this.#problems.delete(level)
    return problem
  }

  /** What the operator should know at the start. */
  async startProblems(): Promise<readonly string[]> {
    const { isolation = 'sandbox', pipelines = {}, image } = this.parts.rules
    const wrong = Object.keys(pipelines).flatMap((pattern) => globProblem(pattern) ?? [])
    const openly = Object.entries(pipelines).filter(([, rule]) => rule.isolation === 'none')
    const problem = await this.problem(isolation)
    const imageless =
      'worker.isolation is container, and worker.image is not given: actions that name no Image fail; give an image such as docker.io/library/debian:12'
    return [
      ...(problem === undefined ? [] : [problem]),
      ...(this.parts.cgroups instanceof Error ? [this.parts.cgroups.message] : []),
      ...(isolation === 'container' && image === undefined ? [imageless] : []),
      ...wrong.map((why) => `worker.pipelines in penstock.yaml: ${why}`),
      ...(isolation === 'none' ? [openWarning('builds run')] : []),
      ...(isolation === 'none'
        ? []
        : openly.map(([pattern]) => openWarning(`builds of pipelines named ${pattern} run`))),
    ]
  }

  #maker(level: IsolationLevel): EnclosureMaker | undefined {
    if (level === 'none') return undefined
    return level === 'sandbox' ? this.parts.sandbox : this.parts.container
  }
}

/** What it means that builds run without isolation. */
export function openWarning(what: string): string {
  return `${what} without isolation (worker.isolation: none in penstock.yaml): whoever may push to a repository that is built can do on this machine whatever the server's user can, and read its secrets`
}
