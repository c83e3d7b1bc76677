/** One of AWS's clients, unmodified, behind one way to call any operation. */
export interface Client {
  readonly name: string
  /** What it knows of the service: older ones not all. */
  readonly operations: readonly string[]
  /** Timestamps in the input are Dates. Errors: with AWS's code as their `name`. */
  call(operation: string, input: object): Promise<Record<string, unknown>>
  /** The pages that the client's own paginator walks through, as one list; of the server's size unless one is asked for. */
  pages(operation: string, input: object, pageSize: number | undefined): Promise<Pages>
  stop(): Promise<void>
}

export interface Pages {
  /** Requests that it took; `undefined` where the client does not say. */
  readonly requests?: number
  readonly items: readonly unknown[]
}

export interface Target {
  readonly endpoint: string
  readonly region: string
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** How a client is started for a server. */
export interface ClientKind {
  readonly name: string
  start(target: Target): Promise<Client>
}

/** What AWS refused a call with. */
export class Refusal extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message)
  }
}

/** The environment in which the programs run: nothing of this account's own settings of AWS. */
export function environment({ region, keys }: Target): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'))
  return {
    ...Object.fromEntries(own),
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  }
}

/** As the programs read it: timestamps in seconds. */
export function asJson(input: object): string {
  const inSeconds = (value: unknown): unknown => {
    if (value instanceof Date) return value.getTime() / 1000
    if (Array.isArray(value)) return value.map(inSeconds)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, inSeconds(member)]))
  }
  return JSON.stringify(inSeconds(input))
}
