/** An answer of the protocol's own (authentication, malformed requests), beside the Faults of the engine. */
export class ApiError extends Error {
  constructor(
    /** AWS's code, as clients know it. */
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
    this.name = code
  }
}
