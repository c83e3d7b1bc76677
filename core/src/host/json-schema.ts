/** Checks configuration against a JSON Schema, with errors that name the place, the value and what would be right. */
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js'
import { suggestion } from './nearest.js'
import type { JsonSchema } from './plugin.js'

/**
 * One thing that is wrong: `path` leads to the value (or to the object that holds an unknown key, with the key last).
 * @example
 * const words = ({ path, message }: SchemaProblem) => `${pathText(path)} ${message}`
 */
export interface SchemaProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/**
 * What became of a check.
 * @example
 * const isGood = ({ problems }: SchemaAnswer) => problems.length === 0
 */
export interface SchemaAnswer {
  /** A copy of the data with the schema's defaults filled in. */
  readonly value: unknown
  readonly problems: readonly SchemaProblem[]
}

/**
 * Checks `data` and fills in defaults. Objects are closed: a key that `properties` does not name is a problem unless the
 * schema says `additionalProperties` itself. ajv is loaded only when there is something to check.
 * Errors: throws when the schema itself is not a JSON Schema.
 * @example
 * const { value, problems } = checkSchema({ type: 'object', properties: { port: { type: 'integer', default: 22 } } }, {})
 */
export function checkSchema(schema: JsonSchema, data: unknown): SchemaAnswer {
  const value = withDefaults(schema, structuredClone(data ?? {}))
  const validate = compile(closed(schema) as JsonSchema)
  if (validate(value)) return { value, problems: [] }
  return { value, problems: collect(validate.errors ?? [], value) }
}

/** True when an empty section is valid as far as can be told without ajv: nothing at the top can refuse what defaults make of it. */
export function allowsNothing(schema: JsonSchema): boolean {
  const { required, properties, dependentRequired, ...rest } = schema
  if (Array.isArray(required) && required.length > 0) return false
  const filled = Object.keys(withDefaults(schema, {}) as object)
  if (isObject(dependentRequired) && filled.some((key) => key in dependentRequired)) return false
  return Object.keys(rest).every((key) => harmless.includes(key) || key.startsWith('x-'))
}

const harmless = [
  '$schema',
  '$id',
  '$defs',
  '$comment',
  'type',
  'title',
  'description',
  'additionalProperties',
  'maxProperties',
  'default',
  'examples',
]

/** Fills in `default` values of a schema's properties, at every depth that exists or has defaults of its own. */
export function withDefaults(schema: unknown, given: unknown): unknown {
  if (!isObject(schema)) return given
  const data = given === undefined && 'default' in schema ? structuredClone(schema.default) : given
  if (!isObject(data) || !isObject(schema.properties)) return data
  for (const [key, property] of Object.entries(schema.properties)) {
    const filled = withDefaults(property, data[key])
    if (filled !== undefined) data[key] = filled
  }
  return data
}

/**
 * A value as an error may show it: short, and hidden where its name says that it is secret. Of maps and lists only what
 * they are is shown, for anything may be in them; of a URL not its password.
 */
export function show(value: unknown, name: string | number | undefined): string {
  if (typeof name === 'string' && /secret|password|token|passphrase|private|credential|api_?key/i.test(name))
    return '****'
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'a map'
  const text = (JSON.stringify(value) ?? String(value)).replace(/(\/\/[^/\s:@]*):[^\s/]*@/g, '$1:****@')
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/**
 * `plugins.github-source.pollers[0]`.
 * @example
 * pathText(['hosts', 0, 'port']) // hosts[0].port
 */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i === 0 ? '' : '.'}${part}`)).join('')
}

function compile(schema: JsonSchema): ValidateFunction {
  const { Ajv2020 } = require('ajv/dist/2020.js') as typeof import('ajv/dist/2020.js')
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, validateFormats: false, logger: false })
  return ajv.compile(schema)
}

/** The same schema with `additionalProperties: false` wherever an object lists its properties and says nothing else. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (!isObject(schema)) return schema
  const copy: Record<string, unknown> = {}
  for (const [key, part] of Object.entries(schema)) {
    copy[key] =
      ['properties', '$defs', 'patternProperties'].includes(key) && isObject(part) ? mapValues(part, closed) : part
    if (['items', 'additionalProperties'].includes(key)) copy[key] = closed(part)
  }
  const open = ['additionalProperties', 'unevaluatedProperties', 'patternProperties', '$ref'].some(
    (key) => key in schema,
  )
  const combined = ['allOf', 'anyOf', 'oneOf', 'if'].some((key) => key in schema)
  if (isObject(schema.properties) && !open && !combined) copy.additionalProperties = false
  return copy
}

function collect(errors: readonly ErrorObject[], value: unknown): SchemaProblem[] {
  const seen = new Set<string>()
  const problems: SchemaProblem[] = []
  const told = new Set(errors.filter((error) => rightOf(error) !== undefined).map((error) => error.instancePath))
  for (const error of errors) {
    if (error.keyword === 'if') continue
    // One sentence says what would be right, and not each of the ways in which it is wrong.
    if (told.has(error.instancePath) && rightOf(error) === undefined) continue
    const problem = explain(error, value)
    const text = `${pathText(problem.path)} ${problem.message}`
    if (!seen.has(text)) problems.push(problem)
    seen.add(text)
  }
  return problems
}

/** What a schema says in words would be right: `x-right`. */
function rightOf({ parentSchema }: ErrorObject): string | undefined {
  const right = (parentSchema as Readonly<Record<string, unknown>> | undefined)?.['x-right']
  return typeof right === 'string' ? right : undefined
}

function explain(error: ErrorObject, root: unknown): SchemaProblem {
  const path = pointer(error.instancePath, root)
  const right = rightOf(error)
  if (right !== undefined) return { path, message: `is ${show(error.data, path.at(-1))}, but must be ${right}` }
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const key = String(error.params.additionalProperty ?? error.params.unevaluatedProperty)
    const known = Object.keys((error.parentSchema?.properties as object | undefined) ?? {})
    // Never its value: a misspelled `token` holds a token all the same.
    return { path: [...path, key], message: `unknown key${suggestion(key, known)}` }
  }
  if (error.keyword === 'required') {
    const key = String(error.params.missingProperty)
    const wanted = (error.parentSchema?.properties as Record<string, unknown> | undefined)?.[key]
    const about = isObject(wanted) && typeof wanted.description === 'string' ? `: ${wanted.description}` : ''
    return { path: [...path, key], message: `is missing${about}` }
  }
  return { path, message: `is ${show(error.data, path.at(-1))}, but ${expectation(error)}` }
}

function expectation(error: ErrorObject): string {
  const { params, keyword } = error
  switch (keyword) {
    case 'type':
      return `must be ${article(String(params.type))}`
    case 'enum':
      return `must be one of ${(params.allowedValues as unknown[]).map((v) => JSON.stringify(v)).join(', ')}`
    case 'const':
      return `must be ${JSON.stringify(params.allowedValue)}`
    case 'pattern': {
      const says = error.parentSchema?.description
      return `must match ${params.pattern}${typeof says === 'string' ? ` (${says})` : ''}`
    }
    default:
      return error.message ?? 'is not valid'
  }
}

function article(type: string): string {
  if (type === 'object') return 'a map'
  if (type === 'array') return 'a list'
  return type === 'integer' ? 'a whole number' : `a ${type.split(',').join(' or a ')}`
}

/** A JSON pointer as a path; list indexes as numbers. */
function pointer(text: string, root: unknown): (string | number)[] {
  const path: (string | number)[] = []
  let at = root
  for (const raw of text.split('/').slice(1)) {
    const part = raw.replaceAll('~1', '/').replaceAll('~0', '~')
    const isIndex = Array.isArray(at)
    path.push(isIndex ? Number(part) : part)
    at = isIndex ? (at as unknown[])[Number(part)] : isObject(at) ? at[part] : undefined
  }
  return path
}

function mapValues(object: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
