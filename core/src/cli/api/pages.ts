interface PageOf<T> {
  readonly items: readonly T[]
  readonly nextToken?: string
}

/** All items of a list that comes in pages; at most `limit`. */
export async function pages<T>(
  get: (page: { readonly maxResults: number; readonly nextToken: string | undefined }) => Promise<PageOf<T>>,
  limit = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const all: T[] = []
  let nextToken: string | undefined
  do {
    const page: PageOf<T> = await get({ maxResults: Math.max(1, Math.min(100, limit - all.length)), nextToken })
    all.push(...page.items)
    nextToken = page.nextToken
  } while (nextToken !== undefined && all.length < limit)
  return all
}
