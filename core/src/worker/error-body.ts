/** The body of an answer that refuses, in AWS's JSON protocol; empty when somebody else answered, such as a proxy. */
export function readErrorBody(text: string): { readonly __type?: string; readonly message?: string } {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
