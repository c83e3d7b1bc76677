// biome-ignore-all lint/suspicious/noControlCharactersInRegex: they are what is looked for
/**
 * Text that others wrote (a commit's message, a reason), as one line that does nothing to a terminal: no control characters,
 * which could move the cursor or set its title, and none that turn the direction of what follows.
 */
export function clean(text: string): string {
  return text.replace(/\s+/g, ' ').replace(unwanted, '\uFFFD').trim()
}

const unwanted = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** A log for a terminal: its colours stay, and every other escape sequence and control character goes. */
export function cleanLog(text: string): string {
  const kept = text.replace(sequences, (found) => (colour.test(found) ? found : '')).replace(unwantedInLogs, '')
  return kept.includes('\u001b') ? `${kept}\u001b[0m` : kept // a colour ends with its line
}

const sequences =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[P^_X][^\u001b]*(?:\u001b\\)?|[ -/]*[0-~])/g
const colour = /^\u001b\[[0-9;:]*m$/
const unwantedInLogs = /(?!\u001b\[[0-9;:]*m)[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
