/** Pipeline files of a git repository: the newest commit of a branch, fetched whenever it moved. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../domain/clock.js'
import { defined } from '../../domain/defined.js'
import { branchTip } from '../../git/branch-tip.js'
import { fetchCommit } from '../../git/fetch-commit.js'
import type { GitRemote } from '../../git/remote.js'
import { checkUrl } from '../../git/remote.js'
import { reason } from '../../host/contain.js'
import type { Logger } from '../../host/plugin.js'

/** `pipelines:` of penstock.yaml, when it is a repository. */
export interface PipelineRepositoryConfig {
  /** `https://...`, `ssh://...` or `git@host:path`. */
  readonly git: string
  readonly branch: string
  /** The folder of the files in it. */
  readonly path: string
  readonly username?: string
  /** For https; read at each use from `tokenFile` when that is given instead. */
  readonly token?: string
  readonly tokenFile?: string
  /** For ssh; the account's own set-up when absent. */
  readonly identityFile?: string
  readonly knownHostsFile?: string
  readonly caFile?: string
}

/** A folder of pipeline files; `commit` is the one that it was fetched of. */
export interface FetchedFolder {
  readonly path: string
  readonly commit?: string
}

/** Milliseconds for one question, and for one fetch. */
const [askLimit, fetchLimit] = [20_000, 300_000]

/** Keeps the files of the newest commit in a folder of its own. */
export class PipelineRepository {
  #current: string | undefined
  #trouble: string | undefined
  readonly #remote: GitRemote

  constructor(
    private readonly config: PipelineRepositoryConfig,
    /** A folder of the data folder that is this repository's alone. */
    private readonly home: string,
    private readonly parts: { readonly clock: Clock; readonly log: Logger },
  ) {
    this.#remote = remoteOf(config)
  }

  /** The files as they were last fetched. Errors: nothing was fetched yet, in words that say why. */
  async folder(): Promise<FetchedFolder> {
    this.#current ??= await this.#kept()
    const { git, branch, path } = this.config
    if (this.#current === undefined)
      throw new Error(`${git}, branch ${branch}: ${this.#trouble ?? 'nothing has been fetched yet'}`)
    const folder = join(this.home, this.#current, path)
    if (!existsSync(folder)) throw new Error(`${git}, branch ${branch}, has no folder ${path} at ${this.#current}`)
    return { path: folder, commit: this.#current }
  }

  /** Asks where the branch is, and fetches what is new. Never throws: what was fetched before goes on counting. */
  async refresh(signal: AbortSignal): Promise<void> {
    try {
      await this.#fetch(signal)
      if (this.#trouble !== undefined) this.parts.log.info('the repository of pipelines answers again')
      this.#trouble = undefined
    } catch (error) {
      const trouble = reason(error)
      if (trouble !== this.#trouble)
        this.parts.log.error('the repository of pipelines cannot be read', { problem: trouble })
      this.#trouble = trouble
    }
  }

  /** Why the repository cannot be read, since the last try. */
  trouble(): string | undefined {
    return this.#trouble === undefined ? undefined : `pipelines: ${this.config.git}: ${this.#trouble}`
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    this.#current ??= await this.#kept()
    const { branch } = this.config
    const { clock } = this.parts
    const tip = await branchTip(this.#remote, branch, { clock, signal, timeout: askLimit })
    if (tip.commit === this.#current) return
    const [folder, gitFolder] = [join(this.home, 'new'), join(this.home, 'git')]
    await mkdir(this.home, { recursive: true, mode: 0o700 })
    await fetchCommit({
      remote: this.#remote,
      url: tip.url,
      commit: tip.commit,
      branch,
      folder,
      gitFolder,
      history: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(fetchLimit)]),
    })
    await rm(gitFolder, { recursive: true, force: true })
    await rm(join(this.home, tip.commit), { recursive: true, force: true })
    await rename(folder, join(this.home, tip.commit))
    this.#current = tip.commit
    await this.#forgetOthers(tip.commit)
  }

  /** What an earlier start fetched: a git server that is away keeps nobody from starting. */
  async #kept(): Promise<string | undefined> {
    const names = await readdir(this.home).catch(() => [])
    return names.find((name) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name))
  }

  async #forgetOthers(kept: string): Promise<void> {
    for (const name of await readdir(this.home))
      if (name !== kept) await rm(join(this.home, name), { recursive: true, force: true })
  }
}

/** Errors: GitError `bad-url`. */
function remoteOf(config: PipelineRepositoryConfig): GitRemote {
  const { username = 'git', token, tokenFile, identityFile, knownHostsFile, caFile } = config
  // A file may be exchanged while the server runs: tokens end.
  const password = () => token ?? (tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim())
  return {
    url: checkUrl(config.git),
    credentials: () => {
      const known = password()
      return known === undefined ? undefined : { username, password: known }
    },
    ssh: defined({ identityFile, knownHostsFile }),
    ...defined({ caFile }),
  }
}
