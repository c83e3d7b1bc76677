import { configSchema } from '../../app/config-schema.js'
import type { JsonSchema } from '../../host/plugin.js'

/** Every key of penstock.yaml, in Markdown, from the schema that it is checked by. */
export function configurationReference(): string {
  const rows = keys(configSchema, '').map(({ path, schema }) => {
    const fallback = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``
    return `| \`${path}\` | ${cell(kindOf(schema))} | ${cell(fallback)} | ${cell(typeof schema.description === 'string' ? schema.description : '')} |`
  })
  return [
    '# penstock.yaml',
    '',
    'Keys are nested at their dots. A variable of the environment wins over the file, and the command line over both; an unknown',
    'key is an error that names its line.',
    '',
    '| key | value | unless given | what for |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

interface Key {
  readonly path: string
  readonly schema: JsonSchema
}

function keys(schema: JsonSchema, path: string): Key[] {
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>)
  if (properties.length === 0) return path === '' ? [] : [{ path, schema }]
  return properties.flatMap(([name, one]) => keys(one, path === '' ? name : `${path}.${name}`))
}

function kindOf({ type, enum: values, minimum, maximum, pattern }: JsonSchema): string {
  if (Array.isArray(values)) return values.map((value) => `\`${value}\``).join(', ')
  const range = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''} to ${maximum ?? ''}`
  return `${Array.isArray(type) ? type.join(' or ') : (type ?? 'any')}${range}${pattern === undefined ? '' : ` \`${pattern}\``}`
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
