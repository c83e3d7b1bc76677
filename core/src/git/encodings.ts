/** Encodings of text by the names that git, and iconv below it, have for them. */
import type IconvLite from 'iconv-lite'

/** Loaded when the first text is not UTF-8: most never are. */
const iconv = (): typeof IconvLite => require('iconv-lite') as typeof IconvLite

/** What the bytes say, with U+FFFD for what is not in the encoding; `undefined` for an encoding that is not known. */
export function decodeText(bytes: Uint8Array, encoding: string): string | undefined {
  if (/^utf-?8$/i.test(encoding)) return Buffer.from(bytes).toString('utf8')
  if (iconv().encodingExists(encoding)) return iconv().decode(Buffer.from(bytes), encoding, { stripBOM: false })
  try {
    // The one of mails from Japan, with its escapes, is known here alone.
    return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The text in an encoding; `undefined` where the encoding is not known, or has not each of its characters. */
export function encodeText(text: string, encoding: string): Buffer | undefined {
  if (!iconv().encodingExists(encoding)) return undefined
  const bytes = iconv().encode(text, encoding)
  return iconv().decode(bytes, encoding, { stripBOM: false }) === text ? bytes : undefined
}
