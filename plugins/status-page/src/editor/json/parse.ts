import { Fault, jsonPlace } from '@penstock/core'
import type { Draft } from '../draft/draft.js'

/**
 * The declaration in a text: bare, or under `pipeline` as `aws codepipeline get-pipeline` prints it.
 * Errors: ValidationException with line and column of what is no JSON.
 */
export function parseDraft(text: string): Draft {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Fault('ValidationException', `This is not JSON: ${placeOf(error, text)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Fault('ValidationException', 'This is JSON, but not an object: a pipeline is {"name": …, "stages": […]}.')
  }
  const inner = (value as { pipeline?: unknown }).pipeline
  return (typeof inner === 'object' && inner !== null ? inner : value) as Draft
}

function placeOf(error: unknown, text: string): string {
  const at = jsonPlace(text)
  const before = text.slice(0, at).split('\n')
  const where = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
  const found =
    at >= text.length ? 'the text ends too early' : `“${text.slice(at, at + 12).split('\n')[0]}” cannot stand here`
  return error instanceof SyntaxError ? `${where}: ${found}.` : String(error)
}
