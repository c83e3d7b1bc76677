import { Fault } from '@penstock/core'
import type { Draft } from './draft.js'

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
  const message = error instanceof Error ? error.message : String(error)
  const position = /at position (\d+)/.exec(message)?.[1]
  if (position === undefined) return message
  const before = text.slice(0, Number(position)).split('\n')
  const what = message.replace(/ (in JSON )?at position .*/, '')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${what}.`
}
