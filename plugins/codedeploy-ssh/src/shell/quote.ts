/** One word of a POSIX shell command line, whatever it holds but NUL. */
export function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/**
 * A command line that means the same to every login shell (sh, bash, fish, csh): `script` is run by /bin/sh.
 * It must be one line without single quotes or exclamation marks.
 */
export function posixCommand(script: string, ...words: readonly string[]): string {
  if (/['!\n]/.test(script)) throw new Error(`not safe for every login shell: ${script}`)
  return ['exec /bin/sh -c', `'${script}'`, 'sh', ...words.map(quote)].join(' ')
}
