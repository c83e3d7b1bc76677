/** Waits until it holds, at most ten seconds. Errors: when it never did. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`still not so after ten seconds: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
