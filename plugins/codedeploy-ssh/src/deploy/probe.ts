/** What a host knows already. */
import { randomBytes } from 'node:crypto'
import { JobFailed } from '@penstock/core'
import { type Manifest, readManifest } from '../bundle/manifest.js'
import { probeScript } from '../onhost/scripts.js'
import { quote } from '../shell/quote.js'
import type { Shell } from '../shell/shell.js'
import { Frames } from './frames.js'

export interface Probe {
  /** The deployment root, absolute. */
  readonly root: string
  /** Of this very deployment: nothing there, an upload that did not finish, or a run that was started. */
  readonly state: 'none' | 'partial' | 'started'
  /** Digest -> deployment that holds a revision with it. */
  readonly revisions: ReadonlyMap<string, string>
  /** The last revision that was installed. */
  readonly last?: { readonly deploymentId: string; readonly digest: string }
}

/** Manifests by digest, shared by all hosts of a group: most have the same one. */
export type ManifestCache = Map<string, Manifest>

/**
 * Asks the host, in one command. A manifest that is not in the cache yet is added to it.
 * Errors: JobFailed when the host cannot be deployed to; ConnectionLost.
 */
export async function probe(
  shell: Shell,
  where: { readonly root: string; readonly groupId: string; readonly deploymentId: string },
  cache: ManifestCache,
  signal?: AbortSignal,
): Promise<Probe> {
  const token = newToken()
  const answer = new ProbeAnswer(token)
  const words = [token, where.root, where.groupId, where.deploymentId, ...[...cache.keys()].slice(-20)]
  const input = `set -- ${words.map((word) => (word === '' ? "''" : quote(word))).join(' ')}\n${probeScript()}`
  const exit = await shell.run('exec /bin/sh -s', {
    input,
    onOutput: (piece) => answer.frames.add(piece),
    ...(signal === undefined ? {} : { signal }),
  })
  if (!answer.complete) {
    const said = exit.stderr.trim().split('\n').at(-1) ?? ''
    throw new JobFailed(
      `${shell.name}: the login shell did not run our command (exit code ${exit.code})${said === '' ? '' : `: ${said}`}`,
    )
  }
  return answer.read(shell.name, cache)
}

/** A word that nothing on the host can print by accident. */
export function newToken(): string {
  return randomBytes(12).toString('hex')
}

class ProbeAnswer {
  complete = false
  private readonly fields: string[] = []
  private readonly manifest: string[] = []
  private inManifest = false
  readonly frames: Frames

  constructor(token: string) {
    this.frames = new Frames(
      token,
      (words) => {
        if (words === 'end') this.complete = true
      },
      (line) => {
        if (this.inManifest) this.manifest.push(line)
        else if (line === 'manifest') this.inManifest = true
        else this.fields.push(line)
      },
    )
  }

  read(host: string, cache: ManifestCache): Probe {
    const missing = this.values('missing')
    if (missing.length > 0)
      throw new JobFailed(`${host} lacks ${missing.join(', ')}: install coreutils, util-linux and tar`)
    const [unwritable] = this.values('unwritable')
    if (unwritable !== undefined) {
      throw new JobFailed(
        `${host}: cannot write to ${unwritable}: set DeploymentRoot (or root) to a folder that the login may write to`,
      )
    }
    const revisions = new Map<string, string>()
    const digests = new Map<string, string>()
    for (const value of this.values('revision')) {
      const [id = '', digest = ''] = value.split(' ')
      revisions.set(digest, id)
      digests.set(id, digest)
    }
    if (this.manifest.length > 0) {
      const found = readManifest(this.manifest.map((line) => `${line}\n`).join(''))
      if (found !== undefined) cache.set(found.digest, found)
    }
    const [last] = this.values('last')
    const digest = last === undefined ? undefined : digests.get(last)
    return {
      root: this.values('root')[0] ?? '',
      state: (this.values('state')[0] ?? 'none') as Probe['state'],
      revisions,
      ...(last === undefined || digest === undefined ? {} : { last: { deploymentId: last, digest } }),
    }
  }

  private values(name: string): string[] {
    return this.fields.filter((field) => field.startsWith(`${name} `)).map((field) => field.slice(name.length + 1))
  }
}
