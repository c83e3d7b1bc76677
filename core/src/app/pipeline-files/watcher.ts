/** Pipeline files while the server runs: what changes in them is applied, what is taken away is told. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../domain/clock.js'
import { reason } from '../../host/contain.js'
import type { Logger } from '../../host/plugin.js'
import { pipelineFileName } from '../pipeline-text.js'
import { type AppliedFile, applyPipelineFiles, type PipelineFilesParts } from './apply.js'
import type { FetchedFolder } from './repository.js'

/** Files that were refused are tried again after so long, milliseconds: a plugin may have come meanwhile. */
const retryMs = 60_000

export interface PipelineWatcherParts {
  readonly clock: Clock
  readonly log: Logger
  /** Where the files are now, and of which commit; throws when that cannot be told. */
  readonly folder: () => Promise<FetchedFolder>
  /** Applies all files of a folder. */
  readonly apply: PipelineFilesParts
  /** Is told which name belongs to a file whose definition was refused. */
  readonly reserve: (name: string, file: string) => void
}

/** The files of one server, applied one round at a time. */
export class PipelineWatcher {
  #applied = ''
  #seen = ''
  #retryAt = Number.POSITIVE_INFINITY
  #problems: readonly string[] = []
  #round: Promise<unknown> = Promise.resolve()

  constructor(private readonly parts: PipelineWatcherParts) {}

  /** What is wrong with the files, as of the last round. */
  problems(): readonly string[] {
    return this.#problems
  }

  /** Applies all files now. */
  apply(): Promise<readonly AppliedFile[]> {
    return this.#inTurn(() => this.#apply())
  }

  /** Looks whether something changed, and applies it once two looks in a row see the same: an editor may still be writing. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      const now = await this.#signature()
      const settled = now === this.#seen
      this.#seen = now
      const due = now !== this.#applied || this.parts.clock.now() >= this.#retryAt
      if (settled && due) await this.#apply()
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#round.then(work)
    this.#round = mine.catch(() => {})
    return mine
  }

  async #apply(): Promise<readonly AppliedFile[]> {
    // Before the files are read: what changes meanwhile is seen by the next look.
    const signature = await this.#signature()
    const applied = await this.#round_()
    this.#applied = signature
    this.#seen = signature
    this.#tell(applied)
    const failed = applied.some(({ result }) => result === 'failed')
    this.#retryAt = failed ? this.parts.clock.now() + retryMs : Number.POSITIVE_INFINITY
    return applied
  }

  async #round_(): Promise<readonly AppliedFile[]> {
    try {
      const { path, commit } = await this.parts.folder()
      return await applyPipelineFiles(path, { ...this.parts.apply, ...(commit === undefined ? {} : { commit }) })
    } catch (error) {
      return [{ file: 'pipelines', result: 'failed', problem: `pipelines: ${reason(error)}` }]
    }
  }

  /** A problem that was told already is not told again. */
  #tell(applied: readonly AppliedFile[]): void {
    const { log, reserve } = this.parts
    const problems: string[] = []
    for (const { file, result, problem, name } of applied) {
      if (name !== undefined && result === 'failed') reserve(name, file)
      if (problem !== undefined) problems.push(problem)
      const known = problem !== undefined && this.#problems.includes(problem)
      if (result === 'failed' && !known) log.error('pipeline file', { file, problem })
      else if (result === 'gone' && !known) log.warn('pipeline file', { file, problem })
      else if (result === 'created' || result === 'updated') log.info('pipeline file', { file, result })
    }
    this.#problems = problems
  }

  /** Names, times and sizes, or why they cannot be had: a change of it is a reason to look. */
  async #signature(): Promise<string> {
    try {
      const { path, commit } = await this.parts.folder()
      if (commit !== undefined) return commit
      const names = (await readdir(path)).filter((name) => pipelineFileName.test(name)).sort()
      return JSON.stringify(await Promise.all(names.map((name) => mark(join(path, name)))))
    } catch (error) {
      return reason(error)
    }
  }
}

async function mark(file: string): Promise<unknown> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  return found ? [file, String(found.mtimeNs), String(found.size), String(found.ino)] : [file]
}
