/** Whether a value fits a JSON Schema, where that is plain to see: ajv takes half of a short command's time to say so. */

type Parts = Readonly<Record<string, unknown>>
type Judge = (schema: Parts, value: unknown) => boolean

/** What says nothing of the value. */
const silent = new Set(['default', 'description', 'title', 'examples', '$comment', 'x-right'])

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  number: Number.isFinite,
  object: isMap,
  array: Array.isArray,
}

/** By keyword: what each asks of values; those that it is not about fit. */
const keywords: Readonly<Record<string, Judge>> = {
  type: ({ type }, value) => [type].flat().some((one) => types[String(one)]?.(value) === true),
  enum: ({ enum: allowed }, value) => (allowed as unknown[]).includes(value),
  minimum: ({ minimum }, value) => typeof value !== 'number' || value >= Number(minimum),
  maximum: ({ maximum }, value) => typeof value !== 'number' || value <= Number(maximum),
  minLength: ({ minLength }, value) => typeof value !== 'string' || [...value].length >= Number(minLength),
  maxLength: ({ maxLength }, value) => typeof value !== 'string' || [...value].length <= Number(maxLength),
  pattern: ({ pattern }, value) => typeof value !== 'string' || new RegExp(String(pattern), 'u').test(value),
  minItems: ({ minItems }, value) => !Array.isArray(value) || value.length >= Number(minItems),
  maxItems: ({ maxItems }, value) => !Array.isArray(value) || value.length <= Number(maxItems),
  items: ({ items }, value) => !Array.isArray(value) || value.every((one) => plainlyFits(items, one)),
  required: ({ required }, value) => !isMap(value) || (required as string[]).every((key) => value[key] !== undefined),
  properties: (schema, value) => !isMap(value) || Object.entries(value).every(([key, one]) => member(schema, key, one)),
  additionalProperties: (schema, value) =>
    !isMap(value) || Object.entries(value).every(([key, one]) => member(schema, key, one)),
}

/**
 * True only for what fits. False says that it is for ajv to say: the value may be wrong, or the schema may use what is not
 * looked at here. Maps that list their keys are closed, as `checkSchema` takes them.
 */
export function plainlyFits(schema: unknown, value: unknown): boolean {
  if (schema === true) return true
  if (!isMap(schema)) return false
  return Object.keys(schema).every((keyword) => silent.has(keyword) || keywords[keyword]?.(schema, value) === true)
}

function member({ properties, additionalProperties = false }: Parts, key: string, value: unknown): boolean {
  const listed = isMap(properties) && Object.hasOwn(properties, key)
  return plainlyFits(listed ? properties[key] : additionalProperties, value)
}

function isMap(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
