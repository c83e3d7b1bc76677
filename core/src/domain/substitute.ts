/** Putting values in the place of references inside a text, which may be JSON. Pure. */

/** Where a reference stands: in a text that is no JSON, in one of a JSON text's strings, or in the place of a JSON value. */
type Place = 'text' | 'string' | 'value'

/**
 * The text with every match of `pattern` (global) replaced by what `put` answers, which is not looked at again.
 * Where the text as it is written is a JSON object or list, it stays one, whatever characters a value has: in a string
 * the value is escaped, so that it arrives as it is; in the place of a value it must be JSON of its own. `between` may
 * change what stands between references.
 * Errors: Error naming a reference whose value cannot stand where it stands; the value is never quoted.
 */
export function substitute(
  text: string,
  pattern: RegExp,
  put: (match: RegExpMatchArray) => string,
  between: (piece: string) => string = (piece) => piece,
): string {
  const found = [...text.matchAll(pattern)]
  const places = jsonPlaces(text, found)
  let result = ''
  let done = 0
  found.forEach((match, i) => {
    result += between(text.slice(done, match.index)) + fit(put(match), places?.[i] ?? 'text', match[0])
    done = match.index + match[0].length
  })
  return result + between(text.slice(done))
}

function fit(value: string, place: Place, reference: string): string {
  if (place === 'text') return value
  if (place === 'string') return JSON.stringify(value).slice(1, -1)
  if (isJson(value)) return value
  throw new Error(`has ${reference} outside of quotes, and its value is not JSON: write "${reference}" with its quotes`)
}

/** Where each reference stands, when the text is JSON with something harmless in their places. */
function jsonPlaces(text: string, found: readonly RegExpMatchArray[]): readonly Place[] | undefined {
  if (found.length === 0) return undefined
  const places: Place[] = []
  let probe = ''
  let done = 0
  let inString = false
  for (const match of found) {
    const before = text.slice(done, match.index)
    inString = endsInString(before, inString)
    places.push(inString ? 'string' : 'value')
    probe += `${before}${inString ? 'x' : '0'}`
    done = (match.index ?? 0) + match[0].length
  }
  probe += text.slice(done)
  return /^\s*[{[]/.test(probe) && isJson(probe) ? places : undefined
}

function endsInString(piece: string, inString: boolean): boolean {
  let inside = inString
  for (const [mark] of piece.matchAll(/\\.|"/gs)) if (mark === '"') inside = !inside
  return inside
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
