import { S3Error } from './s3-error.js'

/** Bytes of an object, both ends inside. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Reads a Range header of one range. What is not one is ignored, as HTTP wants: the whole object is answered.
 * Errors: InvalidRange (416) when no byte of it is there.
 */
export function rangeOf(header: string | undefined, size: number): Range | undefined {
  const parts = /^bytes=(\d{0,40})-(\d{0,40})$/.exec(header ?? '')
  if (!parts || (parts[1] === '' && parts[2] === '')) return undefined
  const [first, last] = [parts[1] ?? '', parts[2] ?? '']
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size || (first === '' && Number(last) === 0)) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', 416, {
      elements: { ActualObjectSize: String(size) },
      headers: { 'content-range': `bytes */${size}` },
    })
  }
  return { start, end }
}
