/** How a file of a build is handed to a browser. */
export interface SafeType {
  readonly type: string
  /** Shown in the browser; anything else is saved. */
  readonly inline: boolean
}

const text = 'text/plain; charset=utf-8'

/** Pictures that hold no scripts: SVG does, and so do HTML and PDF. */
const pictures: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}

const texts =
  /^(txt|log|md|json|xml|ya?ml|toml|ini|csv|tsv|js|mjs|cjs|ts|tsx|jsx|css|html?|svg|rb|py|go|rs|java|kt|c|h|cc|cpp|hpp|sh|sql|patch|diff|lock|cfg|conf|env|properties|gradle|haml|erb)$/

/** By the name's ending alone: what is inside is somebody else's. Sources of all kinds are shown as plain text. */
export function safeType(path: string): SafeType {
  const name = path.split('/').at(-1) ?? ''
  const ending = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : ''
  const picture = pictures[ending]
  if (picture) return { type: picture, inline: true }
  if (texts.test(ending) || ending === '') return { type: text, inline: true }
  return { type: 'application/octet-stream', inline: false }
}
