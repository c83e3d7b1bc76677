/** Waits until `found` answers something true, looking often; fails with `what` after two and a half minutes, for machines that are busy. */
export async function eventually<T>(
  what: string,
  found: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  for (const deadline = Date.now() + 150_000; Date.now() < deadline; ) {
    const value = await found()
    if (value !== undefined && value !== false) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`never: ${what}`)
}
