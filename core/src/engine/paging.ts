import { Fault } from '../domain/faults.js'

/** X11: what a page holds unless the caller says less. */
export const pageSize = 100

/** A token that says where the next page of one list begins; opaque to clients, and good for that list alone. */
export function nextToken(list: string, position: string | number): string {
  return Buffer.from(JSON.stringify([list, position])).toString('base64url')
}

/** Errors: InvalidNextTokenException for what this list did not give out. */
export function positionOf<T extends string | number>(
  list: string,
  token: string | undefined,
  type: T extends string ? 'string' : 'number',
): T | undefined {
  if (token === undefined) return undefined
  try {
    const [of, position] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[]
    if (of === list && typeof position === type) return position as T
  } catch {
    // not a token at all: the same answer
  }
  throw new Fault(
    'InvalidNextTokenException',
    'The next token is not one that this operation gave out for this request',
  )
}

/** A list's answer with its token, when there is more. */
export function withToken<T extends object>(
  answer: T,
  list: string,
  next: string | number | undefined,
): T & { nextToken?: string } {
  return next === undefined ? answer : { ...answer, nextToken: nextToken(list, next) }
}
