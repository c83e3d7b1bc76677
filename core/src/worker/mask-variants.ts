import { encodedForms } from './mask-forms/encoded.js'
import { htmlForms } from './mask-forms/html.js'
import { jsonForms } from './mask-forms/json.js'
import { languageForms } from './mask-forms/languages.js'
import { shellForms } from './mask-forms/shell.js'
import { urlForms } from './mask-forms/url.js'

/** Shorter values are not masked: they are in every second line, and hide nothing. */
const shortest = 4

/** What to look for in order to find one secret. */
export interface SecretForms {
  /** As they stand. */
  readonly exact: readonly string[]
  /** Also with line breaks anywhere in them. */
  readonly wrapped: readonly string[]
}

/**
 * Every form in which real programs print a secret: as it is, each of its lines, in URLs, in JSON (and JSON within it),
 * quoted by shells and languages, in HTML, in base64 and hexadecimal digits.
 */
export function formsOf(secret: string): SecretForms {
  const lines = /[\r\n]/.test(secret) ? secret.split(/\r\n|\r|\n/) : []
  const plain = [...new Set([secret, ...[secret, ...lines].map((text) => text.trim())])].filter(isLong)
  const exact = plain.flatMap((text) => [text, ...(/[^A-Za-z0-9]/.test(text) ? escapedForms(text) : [])])
  return { exact: unique(exact), wrapped: unique(plain.flatMap(encodedForms)) }
}

function escapedForms(text: string): readonly string[] {
  return [urlForms, jsonForms, shellForms, languageForms, htmlForms].flatMap((forms) => forms(text))
}

function unique(forms: readonly string[]): readonly string[] {
  return [...new Set(forms)].filter(isLong)
}

function isLong(text: string): boolean {
  return text.length >= shortest
}
