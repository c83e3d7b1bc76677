/** The password that CodeCommit takes over HTTPS: a SigV4 signature of the repository's address, good for some minutes. */
import { createHash, createHmac } from 'node:crypto'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Signs `url` (`https://git-codecommit.REGION.amazonaws.com/v1/repos/NAME`) at `now`, epoch milliseconds. */
export function gitPassword(
  url: string,
  region: string,
  credentials: AwsCredentials,
  now: number,
): { readonly username: string; readonly password: string } {
  const { hostname, pathname } = new URL(url)
  // The date in the signature is written without the Z that a password carries.
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '')
  const scope = `${time.slice(0, 8)}/${region}/codecommit/aws4_request`
  const canonical = `GIT\n${pathname}\n\nhost:${hostname}\n\nhost\n`
  const digest = createHash('sha256').update(canonical).digest('hex')
  const key = scope
    .split('/')
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`)
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${digest}`).toString('hex')
  const { accessKeyId, sessionToken } = credentials
  return {
    username: sessionToken === undefined ? accessKeyId : `${accessKeyId}%${sessionToken}`,
    password: `${time}Z${signature}`,
  }
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
