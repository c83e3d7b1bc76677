/** Cyclic redundancy checks that Node does not bring along: CRC-32C, and CRC-64/NVME as two halves of 32 bits. */

function tables32(polynomial: number): Uint32Array[] {
  const tables = [0, 1, 2, 3].map(() => new Uint32Array(256))
  const [first] = tables as [Uint32Array]
  for (let i = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    first[i] = crc
  }
  for (let t = 1; t < 4; t++) {
    for (let i = 0; i < 256; i++) {
      const before = tables[t - 1]?.[i] ?? 0
      ;(tables[t] as Uint32Array)[i] = (before >>> 8) ^ (first[before & 255] ?? 0)
    }
  }
  return tables
}

let castagnoli: Uint32Array[] | undefined

/** CRC-32C of `data`, carried on from `before` (0 to begin with). Four bytes a step. */
export function crc32c(data: Uint8Array, before = 0): number {
  castagnoli ??= tables32(0x82f63b78)
  const [t0, t1, t2, t3] = castagnoli as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  const whole = data.length - (data.length % 4)
  let crc = ~before
  let i = 0
  for (; i < whole; i += 4) {
    crc ^= at(data, i) | (at(data, i + 1) << 8) | (at(data, i + 2) << 16) | (at(data, i + 3) << 24)
    crc = at(t3, crc & 255) ^ at(t2, (crc >>> 8) & 255) ^ at(t1, (crc >>> 16) & 255) ^ at(t0, crc >>> 24)
  }
  for (; i < data.length; i++) crc = (crc >>> 8) ^ at(t0, (crc ^ at(data, i)) & 255)
  return ~crc >>> 0
}

/** Indexes are always inside: spares a check per byte. */
const at = (array: Uint8Array | Uint32Array, index: number) => array[index] as number

/** The two halves of a CRC-64. */
export interface Crc64 {
  readonly high: number
  readonly low: number
}

let nvme: { high: Uint32Array; low: Uint32Array } | undefined

function tables64(): { high: Uint32Array; low: Uint32Array } {
  const high = new Uint32Array(256)
  const low = new Uint32Array(256)
  for (let i = 0; i < 256; i++) {
    let h = 0
    let l = i
    for (let bit = 0; bit < 8; bit++) {
      const odd = l & 1
      l = ((l >>> 1) | (h << 31)) >>> 0
      h >>>= 1
      if (odd) {
        h ^= 0x9a6c9329
        l ^= 0xac4bc9b5
      }
    }
    high[i] = h
    low[i] = l
  }
  return { high, low }
}

/** CRC-64/NVME of `data`, carried on from `before`. */
export function crc64nvme(data: Uint8Array, before: Crc64 = { high: 0, low: 0 }): Crc64 {
  nvme ??= tables64()
  let high = ~before.high
  let low = ~before.low
  for (let i = 0; i < data.length; i++) {
    const index = (low ^ at(data, i)) & 255
    low = ((low >>> 8) | (high << 24)) ^ at(nvme.low, index)
    high = (high >>> 8) ^ at(nvme.high, index)
  }
  return { high: ~high >>> 0, low: ~low >>> 0 }
}
