import { paint } from './paint.js'

const styles: Readonly<Record<string, keyof typeof paint>> = {
  Succeeded: 'green',
  Failed: 'red',
  InProgress: 'blue',
  Stopping: 'yellow',
  Stopped: 'yellow',
  Abandoned: 'yellow',
  Cancelled: 'yellow',
  Superseded: 'dim',
  Skipped: 'dim',
}

/** A status in its colour; a dash where there is none. */
export function status(word: string | undefined): string {
  if (word === undefined) return paint.dim('-')
  const style = styles[word]
  return style ? paint[style](word) : word
}
