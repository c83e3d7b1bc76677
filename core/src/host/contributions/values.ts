/** Posted texts as the values that a form, a command or a configuration declares. */
import type { PropertyDeclaration, PropertyDeclarations } from '../../domain/property-declaration.js'
import { suggestion } from '../nearest.js'

/** What a visitor sent is not what the form asks for. */
export class ValuesRefused extends Error {
  override readonly name = 'ValuesRefused'
}

/** Errors: ValuesRefused with all that is wrong; secret values are not named. */
export function readValues(
  fields: PropertyDeclarations,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string | number | boolean>> {
  const problems: string[] = []
  const values: Record<string, string | number | boolean> = {}
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) problems.push(`there is no ${name}${suggestion(name, Object.keys(fields))}`)
  }
  for (const [name, field] of Object.entries(fields)) {
    const text = given[name] ?? ''
    if (text === '') {
      if (field.default !== undefined) values[name] = field.default
      else if (field.required) problems.push(`${name} is missing: ${field.description}`)
      continue
    }
    const value = parsed(field, text)
    if (value === undefined)
      problems.push(`${name}${field.secret ? '' : ` is ${JSON.stringify(text)}`}: ${rightFor(field)} is right`)
    else values[name] = value
  }
  if (problems.length > 0) throw new ValuesRefused(problems.join('; '))
  return values
}

function parsed(
  { type, enum: allowed, pattern }: PropertyDeclaration,
  text: string,
): string | number | boolean | undefined {
  if (type === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined
  if (allowed && !allowed.includes(text)) return undefined
  return pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(text) ? undefined : text
}

function rightFor({ type, enum: allowed, pattern, example }: PropertyDeclaration): string {
  if (type === 'number') return 'a number'
  if (type === 'boolean') return 'true or false'
  if (allowed) return allowed.join(', ')
  return example ?? `what matches ${pattern}`
}
