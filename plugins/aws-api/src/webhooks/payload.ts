/** The JSON of a delivery: the body itself, or a form's `payload`. Errors: a SyntaxError or TypeError for anything else. */
export function payloadOf(body: Buffer, contentType: string | undefined): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  const form = contentType?.toLowerCase().startsWith('application/x-www-form-urlencoded')
  return JSON.parse(form ? (new URLSearchParams(text).get('payload') ?? '') : text)
}
