/** CRC-32's polynomial, reflected, as zip uses it. */
const polynomial = 0xedb88320

/** a(x) * b(x) modulo the polynomial; the highest bit is x^0. */
function multiply(a: number, b: number): number {
  let product = 0
  let factor = b
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor
    factor = factor & 1 ? (factor >>> 1) ^ polynomial : factor >>> 1
  }
  return product >>> 0
}

/** x^(8 * bytes) modulo the polynomial, by repeated squaring. */
function shiftBy(bytes: number): number {
  let power = 0x80000000
  let square = 0x00800000
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = multiply(square, power)
    square = multiply(square, square)
  }
  return power
}

/** The CRC-32 of two pieces together, from each one's own: pieces of one file are compressed in different threads. */
export function combineCrc(first: number, second: number, secondLength: number): number {
  return (multiply(shiftBy(secondLength), first) ^ second) >>> 0
}
