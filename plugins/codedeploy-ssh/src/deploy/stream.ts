/** Reads the records that a host's supervisor writes while it runs the events. */
import { defined } from '@penstock/core'
import type { Diagnostics, ErrorCode, EventResult, EventStatus, HostResult } from './result.js'

/** Told of what happens on a host, as it happens. */
export interface StreamListener {
  onEvent?(event: EventResult): void
  onScript?(event: string, script: string): void
  onOutput?(event: string, script: string, stream: 'stdout' | 'stderr', line: string): void
  onInfo?(message: string): void
  /** Blue/green: which color the new release has, its port (empty without ports), and the run's folder on the host. */
  onRelease?(release: { readonly color: string; readonly port: string; readonly folder: string }): void
  /** Every line of output, also what was told before a restart. */
  onEachLine?(event: string, script: string, line: string): void
}

const DIAGNOSTICS = 2048

/** Feed it lines, from the first on; `result` is there once the last record was read. */
export class StreamReader {
  /** Bytes of the complete lines read so far: where to go on after a lost connection. */
  offset = 0
  result: HostResult | undefined
  /** Milliseconds that the host's clock is ahead of ours: what it says of times is told by our clock. */
  skew = 0
  private readonly events = new Map<string, EventResult>()
  private event = ''
  private script = ''
  private tail: string[] = []

  constructor(
    private readonly listener: StreamListener = {},
    /** Output up to this offset was told before. */
    private readonly toldUntil = 0,
  ) {}

  /** The events so far, in their order. */
  get eventResults(): readonly EventResult[] {
    return [...this.events.values()]
  }

  line(line: string, bytes: number): void {
    this.offset += bytes
    const text = line.slice(1)
    const kind = line[0]
    const fields = text.split('\t').slice(1)
    if (kind === 'o') this.output('stdout', text)
    else if (kind === 'e') this.output('stderr', text)
    else if (kind === 'i' && this.isNew) this.listener.onInfo?.(text)
    else if (kind === 'S') this.scriptRecord(fields)
    else if (kind === 'E') this.eventRecord(fields)
    else if (kind === 'G')
      this.listener.onRelease?.({ color: fields[0] ?? '', port: fields[1] ?? '', folder: fields[2] ?? '' })
    else if (kind === 'Z') this.endRecord(fields)
  }

  private output(stream: 'stdout' | 'stderr', line: string): void {
    this.tail.push(`[${stream}]${line}`)
    if (this.tail.length > 200) this.tail = this.tail.slice(-100)
    this.listener.onEachLine?.(this.event, this.script, line)
    if (this.isNew) this.listener.onOutput?.(this.event, this.script, stream, line)
  }

  private get isNew(): boolean {
    return this.offset > this.toldUntil
  }

  private scriptRecord([event = '', script = '']: readonly string[]): void {
    this.event = event
    this.script = script
    if (this.isNew) this.listener.onScript?.(event, script)
  }

  private eventRecord([
    name = '',
    status = '',
    time = '',
    code = '',
    script = '',
    message = '',
  ]: readonly string[]): void {
    const at = Number(time) * 1000 - this.skew
    const before = this.events.get(name)
    if (status === 'InProgress') this.tail = []
    const diagnostics = status === 'Failed' ? this.diagnose(code as ErrorCode, script, message) : undefined
    const event: EventResult = {
      name,
      status: status as EventStatus,
      ...(status === 'InProgress'
        ? { startTime: at }
        : before?.startTime === undefined
          ? {}
          : { startTime: before.startTime }),
      ...(status === 'Succeeded' || status === 'Failed' ? { endTime: at } : {}),
      ...defined({ diagnostics }),
    }
    this.events.set(name, event)
    this.listener.onEvent?.(event)
  }

  private diagnose(errorCode: ErrorCode, scriptName: string, message: string): Diagnostics {
    let logTail = ''
    for (const line of [...this.tail].reverse()) {
      if (logTail.length + line.length + 1 > DIAGNOSTICS) break
      logTail = `${line}\n${logTail}`
    }
    return { errorCode, scriptName, message, logTail }
  }

  private endRecord([status = '', , , message = '']: readonly string[]): void {
    const failed = [...this.events.values()].findLast((event) => event.status === 'Failed')
    const reason = message === '' ? failed?.diagnostics?.message : message
    const where = failed === undefined ? '' : `${failed.name}: `
    this.result = {
      status: status === 'Succeeded' ? 'Succeeded' : 'Failed',
      stopped: status === 'Stopped',
      events: this.eventResults,
      ...(status === 'Succeeded' ? {} : { message: `${where}${reason ?? 'failed'}` }),
    }
  }
}
