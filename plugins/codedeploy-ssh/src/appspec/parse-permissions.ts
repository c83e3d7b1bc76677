import { defined } from '@penstock/core'
import type { Permission, PermissionTarget } from './model.js'
import { parseAcls } from './parse-acls.js'
import { parseContext } from './parse-context.js'
import { normalizeAbsolute } from './paths.js'
import type { Reader } from './reader.js'

const KNOWN_KEYS = ['object', 'pattern', 'except', 'owner', 'group', 'mode', 'acls', 'context', 'type']
const BOTH: readonly PermissionTarget[] = ['file', 'directory']

/** `permissions`: what is set on deployed paths once they are there. */
export function parsePermissions(list: Reader): Permission[] {
  return list.items().flatMap((item) => {
    if (item.isMap) return parsePermission(item)
    item.problem(`must be a map with an object, but is ${item.kind}`)
    return []
  })
}

function parsePermission(item: Reader): Permission[] {
  for (const key of item.keys()) if (!KNOWN_KEYS.includes(key)) item.warnOfKey(key, 'is unknown and ignored')
  const object = parseObject(item.get('object'))
  const pattern = item.get('pattern').optionalText() ?? '**'
  const except = parseExcept(item.get('except'))
  const type = parseType(item.get('type'))
  const mode = parseMode(item.get('mode'))
  const owner = parseName(item.get('owner'))
  const group = parseName(item.get('group'))
  const acls = parseAcls(item.get('acls'))
  const context = parseContext(item.get('context'))
  if (/\*\*\/|\/\*\*/.test(pattern))
    item.get('pattern').warn(`${JSON.stringify(pattern)} matches nothing: only ** itself is recursive`)
  if (object === undefined) return []
  return [
    {
      object,
      pattern,
      except,
      type,
      ...defined({ mode, owner, group }),
      ...(acls.length === 0 ? {} : { acls }),
      ...defined({ context }),
    },
  ]
}

function parseObject(value: Reader): string | undefined {
  if (!value.isNil && !value.isString) {
    value.problem(`must be a path, but is ${value.kind}`)
    return undefined
  }
  const text = value.requiredText('name a file or directory on the host')
  if (text === undefined) return undefined
  const path = normalizeAbsolute(text)
  if (path === undefined) value.problem(`must be an absolute path, but is ${JSON.stringify(text)}`)
  return path
}

function parseExcept(value: Reader): string[] {
  return value.items().flatMap((item) => item.optionalText() ?? [])
}

function parseType(value: Reader): readonly PermissionTarget[] {
  if (value.isNil) return BOTH
  const types: PermissionTarget[] = []
  for (const item of value.items()) {
    const type = BOTH.find((known) => known === item.optionalText())
    if (type === undefined) item.problem(`must be file or directory, but is ${item.kind}`)
    else if (!types.includes(type)) types.push(type)
  }
  return types
}

/** As written: version 1 of the agent took an unquoted 0644 for 420, version 2 reads the text. */
function parseMode(value: Reader): string | undefined {
  if (value.isNil) return undefined
  const text = value.text?.trim() ?? ''
  if (/^[0-7]{1,4}$/.test(text)) return text.padStart(3, '0')
  // Five digits are tolerated when the first is only YAML's sign for octal: 02775.
  if (/^0[0-7]{4}$/.test(text)) return text.slice(1)
  const digit = /[^0-7]/.exec(text)?.[0]
  const detail = digit === undefined ? '' : `: invalid character (${digit})`
  value.problem(`must be 1 to 4 octal digits, such as 644 or "2775", but is ${value.kind}${detail}`)
  return undefined
}

function parseName(value: Reader): string | undefined {
  const name = value.optionalText()
  if (name === undefined || name === '') return undefined
  if (!/[\s:/]/.test(name) && !name.startsWith('-')) return name
  value.problem(`must be the name of a user or group, but is ${value.kind}`)
  return undefined
}
