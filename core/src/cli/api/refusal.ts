import { readErrorBody } from '../../worker/error-body.js'
import { CommandFailed } from '../output.js'

/** What the server refused, in its words, and what to do where that is known. */
export class Refused extends CommandFailed {
  constructor(
    /** AWS's code, or `HTTP 502`. */
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** Remedies, by code. */
const hints: Readonly<Record<string, string>> = {
  UnrecognizedClientException: "is the access key this server's? penstock access-key list shows those it has",
  InvalidSignatureException:
    "is the secret access key the right one, and --region the server's? Does a proxy on the way pass the Host header on?",
  AccessDeniedException: 'another key may do it: penstock access-key create --policy ... makes one',
  UnknownOperationException: 'is the server older than this command?',
}

export function refused(endpoint: string, status: number, text: string): CommandFailed {
  const { __type: code, message } = readErrorBody(text)
  if (away.includes(status))
    return new Unreachable(
      `${endpoint} answered ${status}${message === undefined ? '' : ` (${lines(message)})`}: try again in a moment`,
    )
  if (code === undefined)
    return new Refused(
      `HTTP ${status}`,
      `${endpoint} answered ${status}, and not as a Penstock server does: is the address right?`,
    )
  const said = `${lines(message ?? code)} (${code})`
  return new Refused(code, hints[code] === undefined ? said : `${said}\n  ${hints[code]}`)
}

/** `one (at here); and 2 more: two (at there); three (at yonder)` as a line each. */
function lines(message: string): string {
  const more = /^(.*?); and (\d+) more: (.*)$/s.exec(message)
  if (!more) return message
  const [, first = '', count, others = ''] = more
  return `${first}\nand ${count} more:\n  ${others.replaceAll(/(\(at [^)]*\)); /g, '$1\n  ')}`
}

/** The server did not answer at all, or something in front of it answered in its place: it may be back in a moment. */
export class Unreachable extends CommandFailed {}

/** What proxies say while the server behind them starts anew, or takes longer than they wait. */
const away: readonly number[] = [502, 503, 504]

export function unreachable(endpoint: string, error: unknown): Unreachable {
  const { code, message } = error as NodeJS.ErrnoException
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : message || code
  return new Unreachable(`${endpoint} cannot be reached (${why}): does the server run, and is the address right?`)
}
