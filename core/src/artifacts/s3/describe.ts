import type { StoredObject } from '../../domain/artifact.js'

interface Answer {
  readonly ETag?: string | undefined
  readonly LastModified?: Date | undefined
  readonly Metadata?: Record<string, string> | undefined
}

/** What an answer tells of an object, without its size. */
export function described({ ETag = '', LastModified, Metadata = {} }: Answer): Omit<StoredObject, 'size'> {
  return { etag: ETag.replaceAll('"', ''), modified: LastModified?.getTime() ?? 0, metadata: Metadata }
}

/** `bytes 0-9/1234` tells the whole's size; without a range the length does. */
export function wholeSize(answer: {
  readonly ContentRange?: string | undefined
  readonly ContentLength?: number | undefined
}) {
  const whole = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1]
  return whole === undefined ? (answer.ContentLength ?? 0) : Number(whole)
}
