import type { PropertyDeclarations } from '../host/action-type-declaration.js'

/** The Markdown table of a provider's configuration, as READMEs have it. Nothing when there is none. */
export function propertyTable(properties: PropertyDeclarations): string {
  const rows = Object.entries(properties).map(([name, property]) => {
    const { type = 'string', required, secret, key, default: preset, enum: allowed, description } = property
    const notes = [
      type === 'string' ? (allowed?.map((value) => `\`${value}\``).join(', ') ?? 'text') : type,
      ...(required ? ['required'] : []),
      ...(secret ? ['secret'] : []),
      ...(key ? ['key'] : []),
      ...(preset === undefined ? [] : [`\`${preset}\` unless given`]),
    ]
    return `| \`${name}\` | ${notes.join(', ')} | ${description.replaceAll('|', '\\|')} |\n`
  })
  return rows.length === 0 ? '' : `| property | | |\n| --- | --- | --- |\n${rows.join('')}`
}
