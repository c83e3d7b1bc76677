import { jsonPlace } from './json-place.js'

/**
 * What a property's JSON text holds. Errors: Error naming the property, line and column; never what stands there, which
 * may be a secret (the messages of JSON.parse quote it).
 * @example
 * readJson('{"RAILS_ENV": "test"}', 'Environment') // { RAILS_ENV: 'test' }
 */
export function readJson(text: string, property: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const at = jsonPlace(text)
    const before = text.slice(0, at).split('\n')
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
    const why = at >= text.length ? 'the text ends too early' : 'what stands here cannot; are its double quotes there?'
    throw new Error(`${property} is not JSON: ${place}: ${why}`)
  }
}

/**
 * As readJson, with each number as the text that it is written as: what becomes a variable of a build stays `1.10`, or of
 * any length, as its author wrote it.
 * @example
 * readJsonTexts('{"NODE": 20.10}', 'Environment') // { NODE: '20.10' }
 */
export function readJsonTexts(text: string, property: string): unknown {
  readJson(text, property)
  // In JSON, what begins with a digit or a minus outside of strings is a number.
  return JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token[0] === '"' ? token : `"${token}"`)),
  )
}
