import { Fault, isFault } from '../domain/faults.js'

/** What a plugin says against something is for people. Errors: ValidationException with its words. */
export async function inWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isFault(error)) throw error
    throw new Fault('ValidationException', (error as Error).message)
  }
}
