import type { Config } from '../../app/config.js'

/** `bad` keeps Penstock from working, `warn` keeps a part of it from working or working well. */
export interface Finding {
  readonly name: string
  readonly state: 'ok' | 'warn' | 'bad'
  readonly found: string
  /** What to do. */
  readonly remedy?: string
}

/** Looks at one thing; changes nothing. What cannot be looked at is a finding, too. */
export type Check = (config: Config) => Finding | readonly Finding[] | Promise<Finding | readonly Finding[]>
