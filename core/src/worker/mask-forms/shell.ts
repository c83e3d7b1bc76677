/** How shells write a word so that it can be read back: under `set -x`, by `declare -p`, by `printf %q`. */

const named: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\E',
  '\\': '\\\\',
  "'": "\\'",
}

/** Without the outer quotes: the text may stand inside of a longer word. */
export function shellForms(text: string): readonly string[] {
  return [
    text.replaceAll("'", "'\\''"), // bash, zsh, ksh
    text.replaceAll("'", `'"'"'`), // dash, Python's shlex
    text.replace(/["\\$`]/g, '\\$&'), // in double quotes: bash's declare -p
    text.replace(/["\\$`!]/g, '\\$&'),
    text.replace(/[^\p{L}\p{N}_%+./:=@#~-]|^[#~]/gu, '\\$&'), // bash's printf %q
    text.replace(/[^\p{L}\p{N}_%+,./:=@#~^-]|^[#~]/gu, '\\$&'), // older ones
    text.replace(/[^A-Za-z0-9_\-.,:+/@\n]/gu, '\\$&').replaceAll('\n', "'\n'"), // Ruby's Shellwords
    text.replace(/./gsu, '\\$&'), // the pattern of [[ a == b ]] under set -x
    ansiC(text),
    ansiC(text, true),
  ]
}

/** `$'...'`, which bash takes as soon as there is a control character; `bytes`: in a locale without UTF-8. */
function ansiC(text: string, bytes = false): string {
  return Array.from(text, (char) => {
    if (named[char] !== undefined) return named[char]
    const octal = char < ' ' || char === '\x7f' || (bytes && char > '\x7f')
    return octal ? [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('') : char
  }).join('')
}
