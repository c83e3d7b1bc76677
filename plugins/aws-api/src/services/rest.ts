import type { ServiceOperation, ServiceProvider } from '@penstock/core'

/** The operation that a method and a path name, with what the path's labels hold. */
export function byPath(
  { operations }: ServiceProvider,
  method: string,
  path: string,
): { readonly operation: ServiceOperation<never>; readonly labels: Readonly<Record<string, string>> } | undefined {
  const parts = path.split('/')
  for (const operation of operations) {
    if (operation.http?.method !== method) continue
    const labels = fitting(operation.http.path.split('/'), parts)
    if (labels) return { operation, labels }
  }
  return undefined
}

/** Errors: URIError for a path that is not well-formed. */
function fitting(template: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (template.length !== parts.length) return undefined
  const labels: Record<string, string> = {}
  for (const [i, wanted] of template.entries()) {
    const given = parts[i] ?? ''
    const label = /^\{(\w+)\}$/.exec(wanted)?.[1]
    if (label !== undefined && given !== '') labels[label] = decodeURIComponent(given)
    else if (wanted !== given) return undefined
  }
  return labels
}
