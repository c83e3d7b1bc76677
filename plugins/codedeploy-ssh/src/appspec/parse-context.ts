import { defined } from '@penstock/core'
import type { SelinuxContext } from './model.js'
import type { Reader } from './reader.js'

/** `context`: SELinux labels; `name` is the SELinux user, and `type` is required. */
export function parseContext(value: Reader): SelinuxContext | undefined {
  if (value.isNil) return undefined
  if (!value.isMap) {
    value.problem(`must be a map with name, type and range, but is ${value.kind}`)
    return undefined
  }
  const user = label(value.get('name'))
  const type = value.get('type').isNil ? undefined : label(value.get('type'))
  if (value.get('type').isNil)
    value.get('type').problem('is missing: name the SELinux type, such as httpd_sys_content_t')
  const range = parseRange(value.get('range'))
  if (type === undefined) return undefined
  return { type, ...defined({ user, range }) }
}

function label(value: Reader): string | undefined {
  const text = value.optionalText()
  if (text === undefined || /^[A-Za-z0-9_.]+$/.test(text)) return text
  value.problem(`must be an SELinux name, but is ${value.kind}`)
  return undefined
}

/** `s#[-s#][:c#[.c#](,c#[.c#])*]`; categories up to 1023, none twice, ranges upwards. */
function parseRange(value: Reader): string | undefined {
  const text = value.optionalText()
  if (text === undefined) return undefined
  const problem = rangeProblem(text)
  if (problem === undefined) return text
  value.problem(`invalid range ${value.kind}: ${problem}`)
  return undefined
}

function rangeProblem(text: string): string | undefined {
  const match = /^s(\d+)(?:-s(\d+))?(?::(c\d+(?:\.c\d+)?(?:,c\d+(?:\.c\d+)?)*))?$/.exec(text)
  if (match === null) return 'must be s#[-s#][:c#[.c#](,c#[.c#])*]'
  const [, low = '', high, categories] = match
  if (high !== undefined && Number(high) < Number(low)) return `s${high} is below s${low}`
  return categories === undefined ? undefined : categoriesProblem(categories)
}

function categoriesProblem(categories: string): string | undefined {
  const seen = new Set<number>()
  for (const part of categories.split(',')) {
    const [first = 0, last = first] = part.split('.').map((name) => Number(name.slice(1)))
    if (first > 1023 || last > 1023) return 'categories go up to c1023'
    if (last < first) return `c${last} is below c${first}`
    for (let category = first; category <= last; category++) {
      if (seen.has(category)) return `c${category} is there twice`
      seen.add(category)
    }
  }
  return undefined
}
