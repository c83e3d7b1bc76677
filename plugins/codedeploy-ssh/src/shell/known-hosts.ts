/** A reader of OpenSSH's known_hosts files; ssh2 has none. */
import { createHash, createHmac } from 'node:crypto'

/** One line that names keys. */
interface KnownHost {
  readonly patterns: string
  readonly marker?: 'revoked' | 'cert-authority'
  readonly type: string
  /** Base64. */
  readonly key: string
  readonly line: number
}

export type HostKeyVerdict =
  | { readonly verdict: 'known' }
  /** `authority`: a line that lets a certificate authority vouch for the host, which we cannot ask. */
  | { readonly verdict: 'unknown'; readonly authority?: number }
  | { readonly verdict: 'changed'; readonly line: number; readonly type: string }
  | { readonly verdict: 'revoked'; readonly line: number }

/** The lines of one or more files. `@cert-authority` lines do not vouch for anything: ssh2 takes no host certificates. */
export class KnownHosts {
  /** SHA-256 of the text. */
  readonly digest: string
  private readonly hosts: readonly KnownHost[]

  constructor(text: string) {
    this.digest = createHash('sha256').update(text).digest('hex')
    this.hosts = text.split(/\r?\n/).flatMap((line, index) => parseLine(line.trim(), index + 1))
  }

  /** The types of the keys pinned for a host, so that the server can be asked for just these. */
  typesOf(host: string, port: number): readonly string[] {
    return [...new Set(this.matching(host, port).map((known) => known.type))]
  }

  /** Judges the key that a server showed; `key` in SSH's wire format. */
  check(host: string, port: number, key: Buffer): HostKeyVerdict {
    const encoded = key.toString('base64').replace(/=+$/, '')
    const type = keyType(key)
    const matching = this.matching(host, port, true)
    const revoked = matching.find((known) => known.marker === 'revoked' && known.key === encoded)
    if (revoked !== undefined) return { verdict: 'revoked', line: revoked.line }
    const pinned = matching.filter((known) => known.marker === undefined)
    if (pinned.some((known) => known.key === encoded)) return { verdict: 'known' }
    const other = pinned.find((known) => known.type === type) ?? pinned[0]
    if (other !== undefined) return { verdict: 'changed', line: other.line, type: other.type }
    const name = hostName(host, port)
    const authority = this.hosts.find((known) => known.marker === 'cert-authority' && matches(known.patterns, name))
    return { verdict: 'unknown', ...(authority === undefined ? {} : { authority: authority.line }) }
  }

  private matching(host: string, port: number, withRevoked = false): KnownHost[] {
    const name = hostName(host, port)
    return this.hosts.filter(
      (known) =>
        (known.marker === undefined || (withRevoked && known.marker === 'revoked')) && matches(known.patterns, name),
    )
  }
}

/** How known_hosts names a server: `host`, or `[host]:port` when the port is not 22. */
export function hostName(host: string, port: number): string {
  const name = host.toLowerCase()
  return port === 22 ? name : `[${name}]:${port}`
}

/** The line that would make a key known. */
export function knownHostsLine(host: string, port: number, key: Buffer): string {
  return `${hostName(host, port)} ${keyType(key)} ${key.toString('base64')}`
}

/** As `ssh-keygen -l` shows it: `SHA256:` and base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The type at the start of a key in wire format, such as `ssh-ed25519`. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0
  return key.subarray(4, 4 + length).toString('latin1')
}

function parseLine(line: string, number: number): KnownHost[] {
  if (line === '' || line.startsWith('#')) return []
  const fields = line.split(/[ \t]+/)
  const marker = fields[0]?.startsWith('@') ? fields.shift()?.slice(1) : undefined
  const [patterns, type, key] = fields
  if (patterns === undefined || type === undefined || key === undefined) return []
  if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return []
  const known = { patterns, type, key: key.replace(/=+$/, ''), line: number }
  return [marker === undefined ? known : { ...known, marker }]
}

/** A comma list in which `!` excludes; or one hashed name. */
function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|')) return matchesHash(patterns, name)
  let found = false
  for (const pattern of patterns.toLowerCase().split(',')) {
    if (pattern.startsWith('!')) {
      if (matchesGlob(pattern.slice(1), name)) return false
    } else if (matchesGlob(pattern, name)) found = true
  }
  return found
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both in base64. */
function matchesHash(pattern: string, name: string): boolean {
  const [, , salt, hash] = pattern.split('|')
  if (salt === undefined || hash === undefined) return false
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}

function matchesGlob(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`).test(name)
}
