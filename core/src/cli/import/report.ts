import type { BuildProject } from '../../domain/build-project.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import type { Problem } from '../../domain/validation/problem.js'
import type { Table } from './found.js'

/** What an import came to. */
export interface Imported {
  readonly pipeline: PipelineDeclaration
  readonly tags: readonly Table[]
  /** The CodeBuild projects that its actions name, as far as they were found. */
  readonly projects: readonly BuildProject[]
  /** What keeps it from being valid here. */
  readonly problems: readonly Problem[]
}

/** What whoever imports should know of one place of the pipeline. */
export interface Note {
  /**
   * `mapped`: works here as it is; `changed`: works, but differently; `dropped`: left out; `todo`: does not work before
   * somebody has done it.
   */
  readonly kind: 'mapped' | 'changed' | 'dropped' | 'todo'
  /** `stages[1].actions[0].configuration.Branch`, or a logical id of the template. */
  readonly path: string
  readonly message: string
}

/** Collects notes; the same one is kept once. */
export class Report {
  readonly #notes = new Map<string, Note>()

  get notes(): readonly Note[] {
    return [...this.#notes.values()]
  }

  add(kind: Note['kind'], path: string, message: string): void {
    this.#notes.set(`${kind}\n${path}\n${message}`, { kind, path, message })
  }
}
