import type { Revision } from './revision.js'

/** Characters of a revision's id, as the service model has it. */
const longestId = 1_500

/**
 * What a source says must be one revision: an id of one line, which can be shown, compared and put into a URL. Other texts are
 * cut to what the service model lets through.
 * Errors: an Error that says what the id is and what would be right.
 */
export function checkedRevision<R extends Revision>(revision: R, from: string): R {
  const id: unknown = revision.revisionId
  const wrong = problemOf(id)
  if (wrong === undefined) return revision
  throw new Error(
    `${from} answered a revisionId that is ${wrong}: it must be a text of 1 to ${longestId} characters in one line, such as a commit's id`,
  )
}

function problemOf(id: unknown): string | undefined {
  if (typeof id !== 'string') return `no text but ${id === null ? 'null' : typeof id}`
  if (id === '') return 'empty'
  if (id.length > longestId) return `${id.length} characters long`
  const lines = id.split(/\r\n|[\n\r\u2028\u2029]/).length
  if (lines > 1) return `${lines} lines long`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(id)) return 'not printable'
  return id.trim() === id ? undefined : 'surrounded by blanks'
}
