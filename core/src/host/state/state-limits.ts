/** What a plugin may keep. */
import { Fault } from '../../domain/faults.js'

export const stateLimits = {
  /** UTF-8 bytes. */
  keyBytes: 1024,
  valueBytes: 256 * 1024,
  blobBytes: 1024 ** 3,
  page: 1000,
  usualPage: 100,
} as const

/** Errors: ValidationException. */
export function checkKey(key: unknown): string {
  if (typeof key !== 'string') throw invalid(`a name is ${typeof key}, but must be a string`)
  const bytes = Buffer.byteLength(key)
  if (bytes < 1 || bytes > stateLimits.keyBytes)
    throw invalid(`a name has ${bytes} bytes in UTF-8: 1 to ${stateLimits.keyBytes} are right`)
  return checkText('a name', key)
}

/** As a name, but it may be empty. Errors: ValidationException. */
export function checkPrefix(what: string, prefix: unknown = ''): string {
  if (typeof prefix !== 'string') throw invalid(`${what} is ${typeof prefix}, but must be a string`)
  if (Buffer.byteLength(prefix) > stateLimits.keyBytes)
    throw invalid(`${what} has more than ${stateLimits.keyBytes} bytes`)
  return checkText(what, prefix)
}

/** Errors: ValidationException. */
export function checkLimit(limit: unknown = stateLimits.usualPage): number {
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= stateLimits.page) return limit as number
  throw invalid(`limit is ${String(limit)}, but must be a whole number from 1 to ${stateLimits.page}`)
}

/** JSON text. Errors: ValidationException. */
export function checkValue(text: unknown): string {
  if (typeof text !== 'string') throw invalid('the value is no JSON: undefined and functions are none, null is')
  const bytes = Buffer.byteLength(text)
  if (bytes > stateLimits.valueBytes)
    throw invalid(
      `the value has ${bytes} bytes of JSON, but at most ${stateLimits.valueBytes} are kept: a blob holds more`,
    )
  return text
}

/** Errors: ValidationException. */
export function checkBlobSize(bytes: number): void {
  if (bytes > stateLimits.blobBytes) throw invalid(`the blob has more than ${stateLimits.blobBytes} bytes`)
}

/** Versions and blobs' ids are UUIDs. Errors: ValidationException. */
export function checkId(what: string, id: unknown): string {
  if (typeof id === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return id
  throw invalid(`${what} is not one that api.state gives out`)
}

export function invalid(message: string): Fault {
  return new Fault('ValidationException', `api.state: ${message}`)
}

/** No control characters, no half of a pair, and not the character that is behind all others. */
function checkText(what: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]|\p{Surrogate}|\u{10ffff}/u.test(text))
    throw invalid(`${what} has a control character, U+10FFFF, or half of a surrogate pair`)
  return text
}
