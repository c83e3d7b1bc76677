/** All that is said with a host over one channel: what it has, what it shall do, and what it tells while it does it. */
import { JobFailed } from '@penstock/core'
import { conversationScript } from '../onhost/scripts.js'
import { quote } from '../shell/quote.js'
import { saidWithRemedy } from '../shell/refusals.js'
import type { ByteSource, Exit, Shell } from '../shell/shell.js'
import { newToken } from '../shell/token.js'
import { Frames } from './frames.js'
import { type ManifestCache, type Probe, ProbeAnswer } from './probe.js'

export interface Place {
  /** Empty for the default. */
  readonly root: string
  readonly groupId: string
  readonly deploymentId: string
  /** Whose folder it is: `application/group installation`. */
  readonly owner?: string
}

/** Told of the lines that come after the answer. */
export interface Listener {
  /** A line of ours, without the marker: `follow 0`, `incomplete`, `delta-failed REASON`. */
  onFrame(words: string): void
  /** A line of the run's records and how many bytes it took. True when nothing more is waited for. */
  onRecord(line: string, bytes: number): boolean
}

interface Reply {
  readonly line: string
  readonly source: ByteSource
}

export class Conversation {
  private readonly answer = new ProbeAnswer()
  private readonly frames: Frames
  private readonly exit: Promise<Exit>
  private answered = () => {}
  private reply: (reply: Reply) => void = () => undefined
  private heardAll = () => {}
  private listener: Listener | undefined
  private following = false
  /** The other side goes on telling until the channel is closed. */
  private readonly hangUp = new AbortController()
  private readonly answerComplete = new Promise<void>((resolve) => {
    this.answered = resolve
  })
  private readonly replied = new Promise<Reply>((resolve) => {
    this.reply = resolve
  })
  private readonly ended = new Promise<undefined>((resolve) => {
    this.heardAll = () => {
      resolve(undefined)
      this.hangUp.abort(new Error('all was said'))
    }
  })

  constructor(
    private readonly shell: Shell,
    where: Place,
    private readonly manifests: ManifestCache,
    signal?: AbortSignal,
  ) {
    const token = newToken()
    this.frames = new Frames(
      token,
      (words) => this.frame(words),
      (line, bytes) => this.line(line, bytes),
    )
    this.exit = shell.upload(this.say(token, where), 'exec /bin/sh -s', {
      onOutput: (piece) => this.frames.add(piece),
      signal: signal === undefined ? this.hangUp.signal : AbortSignal.any([signal, this.hangUp.signal]),
    })
    this.exit.catch(() => undefined) // Whoever waits is told.
  }

  /** What the host has. Errors: JobFailed when it cannot be deployed to; ConnectionLost; the signal's reason. */
  async probe(): Promise<Probe> {
    const exit = await Promise.race([this.answerComplete, this.exit])
    if (exit !== undefined) {
      const how = exit.code === undefined ? `ended by ${exit.signal ?? 'a signal'}` : `exit code ${exit.code}`
      const said = saidWithRemedy(`${this.frames.noise}\n${exit.stderr}`)
      throw new JobFailed(`${this.shell.name}: the login did not run our command (${how})${said}`)
    }
    try {
      return this.answer.read(this.shell.name, this.manifests)
    } catch (error) {
      this.reply({ line: 'bye\n', source: [] })
      throw error
    }
  }

  /** Sends the revision, starts its run and follows it. The exit is `undefined` when the last record came before. */
  send(source: ByteSource, listener: Listener): Promise<Exit | undefined> {
    return this.go({ line: 'send\n', source }, listener)
  }

  /** Takes up a run's records at an offset; `cancel` ends the run first. */
  follow(verb: 'follow' | 'cancel', offset: number, listener: Listener): Promise<Exit | undefined> {
    return this.go({ line: `${verb} ${offset}\n`, source: [] }, listener)
  }

  private go(reply: Reply, listener: Listener): Promise<Exit | undefined> {
    this.listener = listener
    this.reply(reply)
    return Promise.race([this.ended, this.exit])
  }

  private async *say(token: string, where: Place): AsyncGenerator<Uint8Array> {
    // A manifest that we know need not be told.
    const words = [
      token,
      where.root,
      where.groupId,
      where.deploymentId,
      where.owner ?? '',
      ...[...this.manifests.keys()].slice(-20),
    ]
    yield Buffer.from(`set -- ${words.map((word) => (word === '' ? "''" : quote(word))).join(' ')}\n`)
    yield Buffer.from(conversationScript())
    const { line, source } = await this.replied
    yield Buffer.from(line)
    yield* source
  }

  private frame(words: string): void {
    if (words === 'end') this.answered()
    this.following ||= words.startsWith('follow ')
    this.listener?.onFrame(words)
  }

  private line(line: string, bytes: number): void {
    if (!this.following) this.answer.line(line)
    else if (this.listener?.onRecord(line, bytes) === true) this.heardAll()
  }
}
