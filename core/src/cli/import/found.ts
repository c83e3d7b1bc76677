/** What was found in a text of AWS's. */

/** An object of which nothing is known yet. */
export type Table = Readonly<Record<string, unknown>>

/** A pipeline, and what stood beside it and belongs to it. */
export interface Found {
  /** In the shape of get-pipeline, unchecked. */
  readonly pipeline: Table
  readonly tags: readonly Table[]
  /** As CreateCustomActionType takes them, by their logical ids. */
  readonly actionTypes: readonly Beside[]
  /** As PutWebhook takes them, under `webhook`. */
  readonly webhooks: readonly Beside[]
  /** CodeBuild projects that the pipeline's actions name, in the shape of batch-get-projects. */
  readonly projects: readonly Beside[]
  /** Transitions that are to be closed, with the reason. */
  readonly closed: readonly { readonly stageName: string; readonly reason: string }[]
}

/** Something that is made beside the pipeline. */
export interface Beside {
  /** A logical id of a template, or an address of Terraform's. */
  readonly id: string
  readonly input: Table
}

/** A pipeline with nothing beside it. */
export function alone(pipeline: Table, tags: unknown = []): Found {
  return { pipeline, tags: tablesOf(tags), actionTypes: [], webhooks: [], projects: [], closed: [] }
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The objects of a list; none when it is no list. */
export function tablesOf(value: unknown): readonly Table[] {
  return Array.isArray(value) ? value.filter(isTable) : []
}
