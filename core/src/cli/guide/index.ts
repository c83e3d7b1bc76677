/** `@penstock/core/guide`: the documents, for whoever serves or prints them. */
import { createProgram } from '../main.js'
import { type Guide, guidesOf } from './guide.js'

export { type Guide, guideOf } from './guide.js'

/**
 * All guides and references. Errors: those of reading files.
 * @example
 * const commands = guides().find(({ topic }) => topic === 'commands')
 */
export function guides(): readonly Guide[] {
  return guidesOf(createProgram())
}
