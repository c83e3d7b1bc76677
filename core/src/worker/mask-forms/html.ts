/** A text in HTML or XML: writers agree on `&lt;`, and on little else. */

const apostrophes = ["'", '&#39;', '&#x27;', '&#039;', '&apos;']
const quotes = ['"', '&quot;', '&#34;', '&#x22;']

export function htmlForms(text: string): readonly string[] {
  if (!/[&<>"'+\n]/.test(text)) return []
  const base = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  const forms = [base, base.replaceAll('>', '&gt;')].flatMap((form) =>
    apostrophes.flatMap((apostrophe) => quotes.map((quote) => form.replaceAll("'", apostrophe).replaceAll('"', quote))),
  )
  const escaped = base.replaceAll('>', '&gt;').replaceAll("'", '&#39;').replaceAll('"', '&#34;')
  return [...new Set([...forms, escaped.replaceAll('+', '&#43;'), escaped.replaceAll('\n', '&#10;')])]
}
