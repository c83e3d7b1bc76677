/** Signed S3 requests over plain HTTP. */
import { sign, type ToSign } from '../sigv4/signer.js'
import { type RawAnswer, send } from './raw.js'

export interface S3Call extends ToSign {
  readonly unsigned?: boolean
  readonly host?: string
}

/** Sends requests to a port of this machine; `sent` instead of the body that was signed. */
export function s3Caller(port: () => number) {
  return async (method: string, path: string, options: S3Call = {}, sent = options.body): Promise<RawAnswer> => {
    const host = options.host ?? `127.0.0.1:${port()}`
    const query = new URLSearchParams(options.query as Record<string, string> | undefined)
      .toString()
      .replaceAll('+', '%20')
    const toSign = { ...options, method, path, service: 's3', headers: lengthened(options) }
    const headers = options.unsigned ? { host } : await sign(host, toSign)
    return send(port(), {
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers,
      ...(sent === undefined ? {} : { body: sent }),
    })
  }
}

const lengthened = ({ body, headers }: S3Call) =>
  body === undefined ? (headers ?? {}) : { 'content-length': String(Buffer.byteLength(body)), ...headers }

/** The code of an S3 error. */
export const codeOf = ({ body }: RawAnswer) => /<Code>(\w+)<\/Code>/.exec(body)?.[1]

/** The texts of all elements of a name. */
export const textsOf = (body: string, name: string) =>
  [...body.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text]) => text)
