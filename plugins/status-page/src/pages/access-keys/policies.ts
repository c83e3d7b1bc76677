import { Fault, managedPolicies } from '@penstock/core'

/**
 * The policies that the form asks for: the names of ticked managed ones, and a document of one's own as JSON.
 * Errors: ValidationException when there is none, or when the document is no JSON object.
 */
export function readPolicies(form: URLSearchParams): string[] {
  const ticked = managedPolicies.filter((policy) => form.getAll('policy').includes(policy))
  const text = (form.get('document') ?? '').trim()
  if (text !== '') check(text)
  const own = text === '' ? [] : [text]
  if (ticked.length + own.length === 0) {
    throw new Fault('ValidationException', 'A key without a policy may do nothing: tick one, or write one.')
  }
  return [...ticked, ...own]
}

function check(text: string): void {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Fault('ValidationException', `The policy document is not JSON: ${(error as Error).message}`)
  }
  const statements = (value as { Statement?: unknown } | null)?.Statement
  if (!Array.isArray(statements)) {
    throw new Fault(
      'ValidationException',
      'The policy document must be {"Statement": [{"Effect", "Action", "Resource"}]}.',
    )
  }
}
