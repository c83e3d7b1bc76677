import { randomUUID } from 'node:crypto'

/** What `{datetime}` and `{uuid}` of one deployment are; kept, so that a restart deploys to the same place. */
export interface KeyValues {
  /** `2026-01-31_23-59-58`, UTC, as CodePipeline writes it. */
  readonly datetime: string
  readonly uuid: string
}

export function keyValues(now: number): KeyValues {
  const datetime = new Date(now).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-')
  return { datetime, uuid: randomUUID() }
}

/** `{datetime}` and `{uuid}`, with or without a `$` before them, replaced. */
export function objectKey(template: string, values: KeyValues): string {
  return template.replace(/\$?\{(datetime|uuid)\}/g, (_, name: keyof KeyValues) => values[name])
}

/** The key of a file of an artifact that is extracted to a folder of the bucket; the bucket itself when there is none. */
export function keyIn(folder: string, path: string): string {
  const prefix = folder.replace(/\/+$/, '')
  return prefix === '' ? path : `${prefix}/${path}`
}
