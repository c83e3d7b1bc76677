/** What whoever imports should know of one place of the pipeline. */
export interface Note {
  /** `todo`: does not work before somebody has done it; `changed`: works, but differently; `dropped`: left out. */
  readonly kind: 'todo' | 'changed' | 'dropped'
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
