/** Asks until the answer is neither `undefined` nor `false`, at most twenty seconds. Errors: when it always was. */
export async function eventually<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (Date.now() > deadline) throw new Error(`still not so after twenty seconds: ${ask}`)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}
