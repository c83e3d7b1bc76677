/** From CloudFormation's spelling to the API's. */
import { isTable, type Table } from './found.js'

/** Members of which only the values are translated: their keys are people's own words. */
const verbatim = ['configuration']
const numbers = ['runOrder', 'timeoutInMinutes', 'minimumCount', 'maximumCount']

/** `ActionTypeId: { Version: 1 }` becomes `actionTypeId: { version: '1' }`: templates write texts as they like. */
export function camel(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => camel(one))
  if (!isTable(value)) return numbers.includes(name) ? Number(value) : String(value)
  if (verbatim.includes(name)) return textsOf(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null)
  return Object.fromEntries(
    members.map(([key, member]) => {
      const small = key.charAt(0).toLowerCase() + key.slice(1)
      return [small, camel(member, small)]
    }),
  )
}

/** A configuration's values are texts; a template may write them as numbers or as JSON. */
export function textsOf(table: Table): Record<string, string> {
  const members = Object.entries(table).filter(([, value]) => value !== undefined && value !== null)
  return Object.fromEntries(
    members.map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  )
}
