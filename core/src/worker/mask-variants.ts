/** Shorter values are not masked: they are in every second line, and hide nothing. */
const SHORTEST = 4
/** A shifted base64 piece shorter than this would match by chance. */
const SHORTEST_PIECE = 6

/**
 * Every form in which a secret is likely to be printed: as it is, each of its lines, URL-encoded, escaped as in JSON,
 * and in base64 (both alphabets) at each of the three places where it can begin inside something longer.
 */
export function variantsOf(secret: string): readonly string[] {
  const whole = [secret, secret.trim(), ...(/[\r\n]/.test(secret) ? secret.split(/\r\n|\r|\n/) : [])]
  const plain = [...new Set(whole.map((text) => text.trim()).concat(secret))].filter((text) => text.length >= SHORTEST)
  const forms = plain.flatMap((text) => [
    text,
    ...urlForms(text),
    JSON.stringify(text).slice(1, -1),
    ...base64Forms(text),
  ])
  return [...new Set(forms)].filter((text) => text.length >= SHORTEST)
}

function urlForms(text: string): readonly string[] {
  const encoded = encode(text)
  const strict = encoded.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  return [encoded, strict, strict.replaceAll('%20', '+')].flatMap((form) => [
    form,
    form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
  ])
}

function encode(text: string): string {
  try {
    return encodeURIComponent(text)
  } catch {
    return text // half a surrogate pair: no URL can hold it
  }
}

function base64Forms(text: string): readonly string[] {
  return [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
    // Only characters that are made of the secret's own bits: not the padding, nor what shares bits with a neighbour.
    const end = Math.floor((bytes.length * 8) / 6)
    const piece = bytes.toString('base64').slice(Math.ceil((shift * 8) / 6), end)
    if (piece.length < SHORTEST_PIECE) return []
    return [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]
  })
}
