/** A text inside a JSON string, as different writers escape it. */

const plain = (text: string) => JSON.stringify(text).slice(1, -1)
/** Go and others: nothing that HTML could misread. */
const html = (text: string) => plain(text).replace(/[<>&\u2028\u2029]/g, (char) => code(char))
/** Python, PHP, Ruby's ascii_only: nothing beyond ASCII. */
const ascii = (text: string) => plain(text).replace(/[\u007f-\uffff]/g, (char) => code(char))
/** PHP: a slash has a backslash. */
const slashes = (text: string) => plain(text).replaceAll('/', '\\/')
const asciiSlashes = (text: string) => ascii(text).replaceAll('/', '\\/')
const asciiHtml = (text: string) => ascii(text).replace(/[<>&']/g, (char) => code(char))

function code(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}

const writers = [plain, html, ascii, slashes, asciiSlashes, asciiHtml]

/** In JSON, in JSON within JSON, and once more: with digits of either case. */
export function jsonForms(text: string): readonly string[] {
  const once = writers.map((write) => write(text))
  const twice = writers.map((write) => write(write(text)))
  const thrice = plain(plain(plain(text)))
  return [...once, ...twice, thrice].flatMap((form) => [
    form,
    form.replace(/(\\u)([0-9a-f]{4})/g, (_, start: string, digits: string) => start + digits.toUpperCase()),
  ])
}
