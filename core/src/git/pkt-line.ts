/** Git's framing: each line has its length, four hexadecimal digits, in front; three short ones are marks. */

export type Packet = { readonly kind: 'data'; readonly data: Buffer } | { readonly kind: 'flush' | 'delimiter' | 'end' }

const marks = { '0000': 'flush', '0001': 'delimiter', '0002': 'end' } as const

/** One line as a packet, a line feed added. */
export function packet(line: string): string {
  const text = `${line}\n`
  return (Buffer.byteLength(text) + 4).toString(16).padStart(4, '0') + text
}

/** The mark that ends a list. */
export const flush = '0000'
/** The mark between a command's capabilities and its arguments (protocol version 2). */
export const delimiter = '0001'

/** Splits a whole answer. Errors: it is not made of packets, or ends within one. */
export function readPackets(body: Buffer): Packet[] {
  const packets: Packet[] = []
  for (let at = 0; at < body.length; ) {
    const digits = body.toString('latin1', at, at + 4)
    const length = /^[0-9a-f]{4}$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN
    const kind = marks[digits as keyof typeof marks]
    if (kind !== undefined) packets.push({ kind })
    else if (length >= 4 && at + length <= body.length) {
      packets.push({ kind: 'data', data: body.subarray(at + 4, at + length) })
    } else throw new Error(`a packet line at byte ${at} of ${body.length} is broken: it begins with '${digits}'`)
    at += kind === undefined ? length : 4
  }
  return packets
}

/** A data packet as text without its line feed; `undefined` for a mark. */
export function packetText(packet: Packet): string | undefined {
  return packet.kind === 'data' ? packet.data.toString('utf8').replace(/\n$/, '') : undefined
}
