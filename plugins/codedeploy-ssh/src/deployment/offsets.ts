/** How far each host's output was logged, so that a restarted server does not log it twice. Lossy: at worst a second's worth. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@penstock/core'

export class Offsets {
  private readonly file: string
  private readonly byHost: Map<string, number>
  private cancel: (() => void) | undefined

  constructor(
    folder: string,
    deploymentId: string,
    private readonly clock: Clock,
  ) {
    this.file = join(folder, `${deploymentId}.offsets.json`)
    this.byHost = new Map(Object.entries(read(this.file)))
  }

  get(host: string): number {
    return this.byHost.get(host) ?? 0
  }

  set(host: string, offset: number): void {
    if (offset <= this.get(host)) return
    this.byHost.set(host, offset)
    this.cancel ??= this.clock.after(1000, () => {
      this.cancel = undefined
      this.write()
    })
  }

  /** Writes what is not written yet, and no more. */
  close(): void {
    this.cancel?.()
    this.cancel = undefined
  }

  private write(): void {
    try {
      writeFileSync(this.file, JSON.stringify(Object.fromEntries(this.byHost)))
    } catch {
      // The folder is gone with its job, or the disk is full: lines would come twice, no more.
    }
  }
}

function read(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
  } catch {
    return {}
  }
}
