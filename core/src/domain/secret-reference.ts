/**
 * `{{secret:NAME}}` (the value) and `{{secretFile:NAME}}` (the path of a file with it) in a pipeline's texts: finding them, and
 * keeping values from passing for one. Pure.
 */
import { substitute } from './substitute.js'

/** A private character that no keyboard has: behind `secret` it says that the reference is only text. */
const mark = '\uE000'

const reference = /\{\{\s*secret(File)?:([^{}\s]+)\s*\}\}/g
const opening = /(\{\{\s*secret(?:File)?)(\uE000*):/g

/** The names that a text refers to, in order, each once. */
export function secretNames(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(reference), ([, , name = '']) => name))]
}

/** Of those, the ones whose value itself comes into the text. */
export function secretValueNames(text: string): readonly string[] {
  const values = Array.from(text.matchAll(reference)).filter(([, file]) => file === undefined)
  return [...new Set(values.map(([, , name = '']) => name))]
}

/** A value that only refers to a secret is none itself. */
export function isSecretReference(text: string): boolean {
  return secretNames(text).length > 0 && text.replace(reference, '').trim() === ''
}

/**
 * A value that somebody outside chose (a commit message, a branch's name) as it may stand in a text whose secrets are
 * put in later: what looks like a reference in it stays text. `unguard` undoes it.
 */
export function guard(value: string): string {
  return value.replace(opening, (_, start: string, marks: string) => `${start}${marks}${mark}:`)
}

/** What `guard` was given. */
export function unguard(text: string): string {
  return text.replace(opening, (whole, start: string, marks: string) =>
    marks === '' ? whole : `${start}${marks.slice(1)}:`,
  )
}

/**
 * Every reference replaced by its secret, and what was guarded as it was; a secret's own value is not looked at again.
 * Errors: Error for one that cannot stand where it stands (see `substitute`).
 */
export function putSecrets(text: string, put: (name: string, asFile: boolean) => string): string {
  return substitute(text, reference, ([, file, name = '']) => put(name, file !== undefined), unguard)
}
