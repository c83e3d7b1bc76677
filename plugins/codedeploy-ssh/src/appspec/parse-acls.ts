import type { AclEntry } from './model.js'
import type { Reader } from './reader.js'

const TAGS: Readonly<Record<string, AclEntry['tag']>> = {
  u: 'user',
  user: 'user',
  g: 'group',
  group: 'group',
  m: 'mask',
  mask: 'mask',
  o: 'other',
  other: 'other',
}

/** `acls`: entries as setfacl takes them: `[d|default:][u|g|m|o:][name]:perms`. */
export function parseAcls(list: Reader): AclEntry[] {
  const seen = new Set<string>()
  return list.items().flatMap((item) => {
    const entry = parseAcl(item.text?.trim() ?? '')
    if (typeof entry === 'string') {
      item.problem(`invalid acl entry ${item.kind}: ${entry}`)
      return []
    }
    const key = [entry.default, entry.tag, entry.name].join(':')
    if (seen.has(key)) item.problem(`invalid acl entry ${item.kind}: given twice`)
    seen.add(key)
    return [entry]
  })
}

/** The entry, or what is wrong with it. */
export function parseAcl(text: string): AclEntry | string {
  const parts = text.split(':').map((part) => part.trim())
  if (parts.length < 2 || parts.length > 4)
    return 'must have 2 to 4 parts, as [default:][user|group|mask|other]:[name]:rwx'
  const isDefault = parts[0] === 'd' || parts[0] === 'default'
  if (isDefault) parts.shift()
  else if (parts.length === 4) return `must begin with default, not ${JSON.stringify(parts[0])}`
  if (parts.length < 2) return 'must name whom it is for, as default:user::rwx'
  const perms = parsePerms(parts.pop() ?? '')
  if (perms === undefined) return 'must end with one octal digit or letters of rwx-'
  // With two parts before, the tag leads; a single part is a tag, or else the name of a user.
  const [first = '', second = ''] = parts
  const tag = first === '' ? 'user' : TAGS[first]
  if (tag === undefined && parts.length === 2)
    return `must be for user, group, mask or other, not ${JSON.stringify(first)}`
  const name = tag === undefined ? first : second
  return checked({ default: isDefault, tag: tag ?? 'user', name, perms })
}

function checked(entry: AclEntry): AclEntry | string {
  if ((entry.tag === 'mask' || entry.tag === 'other') && entry.name !== '') return `${entry.tag} takes no name`
  if (/[\s,]/.test(entry.name)) return `${JSON.stringify(entry.name)} is not a name`
  const isBase = entry.name === '' && entry.tag !== 'mask'
  if (isBase && !entry.default) return 'use mode to set the base acl entry'
  return entry
}

function parsePerms(text: string): string | undefined {
  if (/^[0-7]$/.test(text)) {
    const bits = Number(text)
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${bits & 1 ? 'x' : '-'}`
  }
  if (!/^[rwx-]*$/.test(text)) return undefined
  return ['r', 'w', 'x'].map((letter) => (text.includes(letter) ? letter : '-')).join('')
}
