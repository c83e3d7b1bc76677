/** Whether the key that a server shows is the one we know: checked always, unless the configuration says otherwise. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { JobFailed } from '@penstock/core'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { expandHome } from './auth.js'
import { fingerprint, hostName, KnownHosts, keyType, knownHostsLine } from './known-hosts.js'

/** The signature algorithms for each type of key; SHA-1 is not among them. */
const ALGORITHMS: Readonly<Record<string, readonly ServerHostKeyAlgorithm[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
}

/** Known host keys and where they came from. */
export class HostKeys {
  private constructor(
    private readonly known: KnownHosts,
    /** Where a line would be added, for messages. */
    private readonly place: string,
  ) {}

  /**
   * `knownHosts`: a path (`~/.ssh/known_hosts` when absent; may be missing then), or the lines themselves.
   * Errors: JobFailed when a file that was named cannot be read.
   */
  static async load(knownHosts?: string): Promise<HostKeys> {
    if (knownHosts !== undefined && /\s(ssh-|ecdsa-|sk-)/.test(knownHosts)) {
      return new HostKeys(new KnownHosts(knownHosts), 'the knownHosts setting')
    }
    const file = expandHome(knownHosts ?? '~/.ssh/known_hosts')
    if (knownHosts === undefined && !existsSync(file)) return new HostKeys(new KnownHosts(''), file)
    try {
      return new HostKeys(new KnownHosts(await readFile(file, 'utf8')), file)
    } catch (error) {
      throw new JobFailed(`cannot read the known hosts file ${file}: ${(error as Error).message}`, 'ConfigurationError')
    }
  }

  /** Changes with the lines. */
  get digest(): string {
    return this.known.digest
  }

  /** Types that are pinned come first: a host pinned by RSA only would otherwise look changed. */
  algorithms(host: string, port: number): ServerHostKeyAlgorithm[] {
    const types = [...this.known.typesOf(host, port), ...Object.keys(ALGORITHMS)]
    return [...new Set(types)].flatMap((type) => ALGORITHMS[type] ?? [])
  }

  /** True when a key is pinned for the host; which one it shows is another question. */
  knows(host: string, port: number): boolean {
    return this.known.typesOf(host, port).length > 0
  }

  /** What is wrong with the key, in words for the owner; `undefined` when it is the known one. */
  refusal(host: string, port: number, key: Buffer): string | undefined {
    const verdict = this.known.check(host, port, key)
    const shown = `${keyType(key)} ${fingerprint(key)}`
    const name = hostName(host, port)
    switch (verdict.verdict) {
      case 'known':
        return undefined
      case 'unknown':
        return `the host key of ${name} is not known: ${shown}. If that is its fingerprint (ssh-keygen -lf on the host tells), add this line to ${this.place}: ${knownHostsLine(host, port, key)}${authorityNote(verdict.authority)}`
      case 'changed':
        return `THE HOST KEY OF ${name} HAS CHANGED: it shows ${shown}, but line ${verdict.line} of ${this.place} has another ${verdict.type} key. Somebody may be listening in; if the host was set up anew, replace that line`
      case 'revoked':
        return `the host key of ${name} is revoked by line ${verdict.line} of ${this.place}: ${shown}`
    }
  }
}

function authorityNote(line: number | undefined): string {
  return line === undefined
    ? ''
    : ` (the @cert-authority of line ${line} does not help: host certificates are not supported)`
}
