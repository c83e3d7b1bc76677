import { randomBytes } from 'node:crypto'

/** A word that nothing on a host can print by accident. */
export function newToken(): string {
  return randomBytes(12).toString('hex')
}
