/** The fields that a browser would send of the page's editor form, buttons left out. */
export function parseHTML(html: string): [string, string][] {
  const start = html.indexOf('<form', html.indexOf('id="editor"'))
  const form = html.slice(start, html.indexOf('</form>', start))
  const fields: [string, string][] = []
  for (const [, tag = '', attributes = '', inner = ''] of form.matchAll(
    /<(input|textarea|select)\b([^>]*)>(?:([\s\S]*?)<\/\1>)?/g,
  )) {
    const name = attribute(attributes, 'name')
    if (!name || (attribute(attributes, 'type') === 'checkbox' && !/\bchecked\b/.test(attributes))) continue
    if (tag === 'input') {
      fields.push([name, attribute(attributes, 'value') ?? ''])
      continue
    }
    if (tag === 'textarea') fields.push([name, decode(inner)])
    else fields.push([name, attribute(/<option([^>]*selected[^>]*)>/.exec(inner)?.[1] ?? '', 'value') ?? ''])
  }
  return fields
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}(?:="([^"]*)")?(?=\\s|/|$)`).exec(attributes)
  return match ? decode(match[1] ?? '') : undefined
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')
}
