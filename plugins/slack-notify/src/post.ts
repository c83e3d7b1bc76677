/** Milliseconds: one request, and the longest that Slack may tell us to wait (a notification has thirty seconds). */
const patience = 8_000
const longestPause = 10_000
const tries = 3

/** Waits so many milliseconds. */
export type Wait = (ms: number) => Promise<void>

export interface Posted {
  readonly status: number
  readonly text: string
}

/**
 * Posts JSON; waits as long as Slack says when it limits the rate, and a little when it is out of order.
 * Errors: what went wrong, without the address (a webhook's is a secret).
 */
export async function post(url: string, body: unknown, token: string | undefined, wait: Wait): Promise<Posted> {
  for (let attempt = 1; ; attempt++) {
    const answer = await postOnce(url, body, token)
    const again = answer.status === 429 || answer.status >= 500
    if (!again) return answer
    const pause = answer.retryAfter ?? 1_000 * attempt
    if (attempt === tries || pause > longestPause) {
      const limited =
        answer.status === 429 ? `the rate limit was reached (again in ${pause / 1_000} s)` : `status ${answer.status}`
      throw new Error(`Slack did not take the message: ${limited}`)
    }
    await wait(pause)
  }
}

async function postOnce(url: string, body: unknown, token: string | undefined) {
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  try {
    const signal = AbortSignal.timeout(patience)
    const response = await fetch(url, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal,
      redirect: 'error',
    })
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    return {
      status: response.status,
      text: await response.text(),
      ...(Number.isFinite(seconds) ? { retryAfter: seconds * 1_000 } : {}),
    }
  } catch (error) {
    const { name, message, cause } = error as Error & { readonly cause?: { readonly code?: string } }
    throw new Error(
      `Slack could not be reached: ${name === 'TimeoutError' ? `no answer within ${patience / 1_000} s` : (cause?.code ?? message)}`,
    )
  }
}
