import { ApiError } from './api-error.js'

/** Names the seconds that a call may wait for jobs. An extension: no AWS client sends it, and none is told of it. */
export const waitHeader = 'x-penstock-wait-seconds'
const longest = 60

/** Milliseconds; none when the header is absent. Errors: ValidationException. */
export function waitOf(header: string | undefined): number {
  if (header === undefined) return 0
  if (/^\d{1,2}$/.test(header) && Number(header) <= longest) return Number(header) * 1000
  throw new ApiError(
    'ValidationException',
    `${waitHeader} is '${header}', but must be a whole number from 0 to ${longest}`,
  )
}
