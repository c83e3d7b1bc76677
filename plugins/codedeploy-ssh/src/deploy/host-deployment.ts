/** One deployment to one host: probe, send, follow; again and again over lost connections; ended on request. */
import { type Clock, isJobFailed, sleep } from '@penstock/core'
import { ConnectionLost, type Shell } from '../shell/shell.js'
import { Conversation, type Listener } from './conversation.js'
import type { ManifestCache, Probe } from './probe.js'
import type { HostResult } from './result.js'
import type { RevisionUpload, Upload } from './revision-upload.js'
import { type StreamListener, StreamReader } from './stream.js'

export interface HostDeploymentOptions {
  /** Opens a shell on the host; called again after a lost connection. */
  readonly open: (signal: AbortSignal | undefined) => Promise<Shell>
  readonly root: string
  readonly groupId: string
  readonly deploymentId: string
  /** As the host shall know it: `application/group installation`. */
  readonly owner?: string
  readonly upload: () => Promise<RevisionUpload>
  readonly manifests: ManifestCache
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly listener: StreamListener & { onNote?(message: string): void }
  /** An earlier server began with this host: it may be running. */
  readonly resumed?: boolean
  /** Bytes of the run's records whose output was logged before a restart; not logged again. */
  readonly loggedUntil?: number
  /** Told how far the records were read, for `loggedUntil`. */
  readonly onOffset?: (offset: number) => void
  /** How long a host may be out of reach while its run goes on; five minutes when absent. Milliseconds. */
  readonly patience?: number
}

/** Conversations that a host may begin and not answer. */
const UNANSWERED = 5
/** Milliseconds that clocks may differ: answers take their time, too. */
const TOLERATED_SKEW = 60_000
/** How sending ends when the run was started meanwhile. */
const ALREADY_STARTED = 75

/** Deploys to the host, or takes up a run that was started before. Never rejects but for a defect of ours. */
export class HostDeployment {
  private readonly reader: StreamReader
  private shell: Shell | undefined
  private lastProbe: Probe | undefined
  private useDelta = true
  private warned = false
  private skewTold = false
  /** Conversations that were begun before the first answer. */
  private unanswered = 0

  constructor(private readonly options: HostDeploymentOptions) {
    this.reader = new StreamReader(options.listener, options.loggedUntil)
  }

  async run(): Promise<HostResult> {
    try {
      return await this.runUntilDone()
    } finally {
      await this.shell?.close()
    }
  }

  private async runUntilDone(): Promise<HostResult> {
    let lostSince: number | undefined
    for (;;) {
      try {
        const result = await this.attempt()
        if (result !== undefined) return result
        lostSince = undefined
      } catch (error) {
        if (this.options.signal.aborted) return this.cancel()
        if (!(error instanceof ConnectionLost) || !error.temporary) return this.failed(error)
        if (this.isHopeless) return this.failed(error)
        const now = this.options.clock.now()
        lostSince ??= now
        if (now - lostSince > (this.options.patience ?? 300_000)) return this.outOfReach(error)
        this.options.listener.onNote?.(`${error.message}; trying again`)
        await this.shell?.close()
        this.shell = undefined
        await sleep(this.options.clock, 500 + Math.random() * 1500, this.options.signal).catch(() => undefined)
      }
      if (this.options.signal.aborted) return this.cancel()
    }
  }

  /**
   * A host that never answered is not waited for: opening a shell has tried often enough. One that lets us in and is
   * lost before it answers gets a few more chances.
   */
  private get isHopeless(): boolean {
    if (this.lastProbe !== undefined || this.options.resumed === true) return false
    return this.unanswered === 0 || this.unanswered > UNANSWERED
  }

  /** One conversation's worth of work; `undefined` when it has to be tried in another way. */
  private async attempt(): Promise<HostResult | undefined> {
    const { signal, manifests } = this.options
    this.shell ??= await this.options.open(signal)
    this.unanswered++
    const talk = new Conversation(this.shell, this.options, manifests, signal)
    this.lastProbe = await talk.probe()
    this.compareClocks(this.lastProbe)
    if (this.lastProbe.state === 'started') await this.follow(this.shell, talk, 'follow')
    else await this.send(this.shell, talk, this.lastProbe)
    return this.reader.result
  }

  private async send(shell: Shell, talk: Conversation, host: Probe): Promise<void> {
    this.warnOfOthers(host)
    const revision = await this.options.upload()
    const upload = revision.for(host, this.useDelta)
    if (upload.base !== undefined) this.options.listener.onNote?.(whatIsSent(upload, upload.base))
    let refused: string | undefined
    const exit = await talk.send(
      upload.source,
      this.listener((words) => {
        if (!words.startsWith('follow')) refused = words
      }),
    )
    if (this.reader.result !== undefined || exit === undefined || exit.code === ALREADY_STARTED) return
    if (refused?.startsWith('delta-failed') === true) {
      this.options.listener.onNote?.(`the revision on the host was changed (${refused}): sending everything`)
      this.useDelta = false
      return
    }
    if (refused !== undefined || exit.code === undefined)
      throw new ConnectionLost(`the upload to ${shell.name} was cut short`, true)
    throw new Error(`${shell.name}: the upload failed with exit code ${exit.code}: ${lastLines(exit.stderr)}`)
  }

  private async follow(shell: Shell, talk: Conversation, verb: 'follow' | 'cancel'): Promise<void> {
    const exit = await talk.follow(verb, this.reader.offset, this.listener())
    if (this.reader.result === undefined) {
      throw new ConnectionLost(
        `${shell.name} stopped telling (exit code ${exit?.code}): ${lastLines(exit?.stderr ?? '')}`,
        true,
      )
    }
  }

  /** Ends the run on the host: TERM, five seconds, KILL, to everything that the script started. */
  private async cancel(): Promise<HostResult> {
    if (this.lastProbe === undefined && this.options.resumed !== true) {
      return this.stopped('stopped before anything was sent')
    }
    try {
      this.shell ??= await this.options.open(undefined)
      const talk = new Conversation(this.shell, this.options, this.options.manifests)
      await talk.probe()
      // Also where nothing was started: what was sent may be taking its place just now.
      await this.follow(this.shell, talk, 'cancel')
    } catch (error) {
      const message = `it was to be stopped, but may go on: ${(error as Error).message}`
      return { status: 'Unknown', stopped: true, events: this.reader.eventResults, message }
    }
    return this.reader.result ?? this.stopped('stopped')
  }

  /** Certificates and logs there go wrong with the clock; the times that we keep need not. */
  private compareClocks({ time }: Probe): void {
    if (time === undefined) return
    const skew = time - this.options.clock.now()
    this.reader.skew = Math.abs(skew) < TOLERATED_SKEW ? 0 : skew
    if (this.reader.skew === 0 || this.skewTold) return
    this.skewTold = true
    this.options.listener.onNote?.(
      `WARNING: the clock of this host is ${inWords(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} the server's: times are shown by the server's. Set it, or have it set (timedatectl set-ntp true)`,
    )
  }

  /** Another installation that deploys the same group to this host: each removes the files of the other. */
  private warnOfOthers({ owners }: Probe): void {
    const { owner = '' } = this.options
    const group = owner.slice(0, owner.lastIndexOf(' ') + 1)
    if (this.warned || group === '' || !owners.some((other) => other !== owner && other.startsWith(group))) return
    this.warned = true
    this.options.listener.onNote?.(
      `WARNING: another Penstock deploys ${group.trim()} to this host, too: each of the two removes and overwrites what the other one puts there. Let only one of them deploy to it, or give one of them another group`,
    )
  }

  private listener(onFrame: (words: string) => void = () => undefined): Listener {
    return {
      onFrame,
      onRecord: (line, bytes) => {
        this.reader.line(line, bytes)
        this.options.onOffset?.(this.reader.offset)
        return this.reader.result !== undefined
      },
    }
  }

  private stopped(message: string): HostResult {
    return { status: 'Failed', stopped: true, events: this.reader.eventResults, message }
  }

  private failed(error: unknown): HostResult {
    if (!(error instanceof Error)) throw error
    if (error instanceof TypeError && !isJobFailed(error)) throw error
    return { status: 'Failed', stopped: false, events: this.reader.eventResults, message: error.message }
  }

  private outOfReach(error: ConnectionLost): HostResult {
    const message = `out of reach for too long, its run may go on: ${error.message}`
    return { status: 'Unknown', stopped: false, events: this.reader.eventResults, message }
  }
}

/** `3 min`, `2 h 5 min`, `12 days`. */
function inWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  if (minutes >= 2 * 24 * 60) return `${Math.round(minutes / (24 * 60))} days`
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function whatIsSent({ files, unchanged }: Upload, base: string): string {
  if (files === 0 && !unchanged) return `nothing to send: all of its files are in ${base}, which is on the host`
  if (files === 0) return `nothing to send: it is the revision of ${base}, which is on the host`
  return files === 1
    ? `sending the 1 file that differs from ${base}`
    : `sending the ${files} files that differ from ${base}`
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ')
}
