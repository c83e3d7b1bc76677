/** Ranges of internet addresses, versions 4 and 6, as webhooks allow them (W1). Pure. */

interface Range {
  /** 32 or 128. */
  readonly bits: number
  readonly address: bigint
  readonly prefix: number
}

/** True when `text` is a range such as `192.0.2.0/24`, `2001:db8::/32`, or a single address. */
export function isCidr(text: string): boolean {
  return parseRange(text) !== undefined
}

/**
 * True when an address is in one of the ranges (several are separated by commas). An IPv4 address that a socket shows as
 * `::ffff:192.0.2.1` counts as what it is. False for what is no address.
 */
export function inCidr(address: string, ranges: string): boolean {
  const one = parseAddress(address)
  if (one === undefined) return false
  return ranges.split(',').some((text) => {
    const range = parseRange(text.trim())
    if (range === undefined || range.bits !== one.bits) return false
    const rest = BigInt(range.bits - range.prefix)
    return one.address >> rest === range.address >> rest
  })
}

function parseRange(text: string): Range | undefined {
  const [address = '', length, ...more] = text.split('/')
  const parsed = parseAddress(address)
  if (parsed === undefined || more.length > 0) return undefined
  if (length === undefined) return { ...parsed, prefix: parsed.bits }
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
  return prefix <= parsed.bits ? { ...parsed, prefix } : undefined
}

function parseAddress(text: string): { bits: number; address: bigint } | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1]
  return parseVersion4(mapped ?? text) ?? parseVersion6(text)
}

function parseVersion4(text: string): { bits: number; address: bigint } | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined
  return { bits: 32, address: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) }
}

function parseVersion6(text: string): { bits: number; address: bigint } | undefined {
  const halves = text.split('::')
  if (halves.length > 2 || !text.includes(':')) return undefined
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')))
  const missing = 8 - head.length - tail.length
  // `::` stands for at least one group; without it there must be eight.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...Array<string>(missing).fill('0'), ...tail]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return { bits: 128, address: groups.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) }
}
