/** Addresses that nothing a user may name is at, and that tell secrets: link-local ones, among them the clouds' metadata services. */
import { inCidr } from '../domain/cidr.js'

/** AWS's metadata service has an address of its own in IPv6. */
const forbidden = '169.254.0.0/16, fe80::/10, fd00:ec2::/32, 100.100.100.200'

let allowed = ''

/** What the operator wants all the same: `polling.allowPrivate`. */
export function allowAddresses(ranges: readonly string[]): void {
  allowed = ranges.join(',')
}

/** True for what must not be asked. Also as IPv6 writes IPv4. */
export function isForbidden(address: string): boolean {
  const plain = asIpv4(address.replace(/^\[|\]$|%.*$/g, ''))
  return inCidr(plain, forbidden) && !(allowed !== '' && inCidr(plain, allowed))
}

/** What is said of such an address. */
export function forbiddenWords(host: string, what = 'nothing that a pipeline may ask'): string {
  return `${host} is a link-local address, where metadata services are and ${what}: polling.allowPrivate in penstock.yaml can allow it`
}

/** `::ffff:a9fe:a9fe` is 169.254.169.254, and so are `64:ff9b::a9fe:a9fe` and `2002:a9fe:a9fe::` where a gateway translates. */
function asIpv4(address: string): string {
  const dotted = /^(?:::ffff:|64:ff9b::|::)(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (dotted !== undefined) return dotted
  const [, high, low] =
    /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ??
    /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/i.exec(address) ??
    []
  if (high === undefined || low === undefined) return address
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return [a >> 8, a & 255, b >> 8, b & 255].join('.')
}
