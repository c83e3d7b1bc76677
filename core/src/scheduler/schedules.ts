/** When a source is polled: penstock.yaml's line for it, else its pipeline's tag, else what its provider declares, else the server's default. */
import { createHash } from 'node:crypto'
import type { Pipeline } from '../domain/pipeline.js'
import { InvalidSchedule, parseSchedule, type Schedule } from './cron.js'

/** The tag of a pipeline that holds a cron line for its sources. */
export const scheduleTag = 'penstock:schedule'

export interface ScheduleSettings {
  readonly schedule: string
  readonly timezone: string
  /** By `pipeline/action` or `pipeline`. */
  readonly schedules: Readonly<Record<string, string>>
  /** How often a source without a schedule of its own is looked at while webhooks tell of its changes; 0 or absent: as otherwise. */
  readonly whileWebhooksMinutes?: number
  /** How long a change must stay the newest before it starts anything. */
  readonly quietPeriodSeconds?: number
}

/** The line that counts for one source action. */
export function scheduleText(
  settings: ScheduleSettings,
  pipeline: Pick<Pipeline, 'name' | 'tags'>,
  actionName: string,
  /** What the source's provider declares. */
  declared?: string,
): string {
  const { schedules } = settings
  return (
    schedules[`${pipeline.name}/${actionName}`] ??
    schedules[pipeline.name] ??
    pipeline.tags[scheduleTag] ??
    declared ??
    settings.schedule
  )
}

/** Schedules by their text and seed, parsed once; instead of a broken one, once an hour, with what is wrong. */
export class ScheduleBook {
  private readonly parsed = new Map<string, { schedule: Schedule; problem?: string }>()

  constructor(private readonly settings: ScheduleSettings) {}

  /** `H` depends on pipeline and action, so that many with one line are spread. */
  get(
    text: string,
    pipelineName: string,
    actionName: string,
  ): { readonly schedule: Schedule; readonly problem?: string } {
    const seed = `${pipelineName}/${actionName}`
    const key = /[H@]/.test(text) ? `${text}\n${seed}` : text
    const known = this.parsed.get(key) ?? this.parse(text, seed)
    if (this.parsed.size < 10_000) this.parsed.set(key, known)
    return known
  }

  /** Everything that is wrong with penstock.yaml's lines. */
  problems(): string[] {
    const lines = { 'polling.schedule': this.settings.schedule, ...prefix(this.settings.schedules) }
    return Object.entries(lines).flatMap(([name, text]) => {
      const { problem } = this.get(text, name, '')
      return problem === undefined ? [] : [`${name}: ${problem}`]
    })
  }

  private parse(text: string, seed: string): { schedule: Schedule; problem?: string } {
    const { timezone } = this.settings
    try {
      return { schedule: parseSchedule(text, { timezone, seed }) }
    } catch (error) {
      if (!(error instanceof InvalidSchedule)) throw error
      return {
        schedule: parseSchedule('@hourly', { seed }),
        problem: `${error.message}; polled once an hour until it is put right`,
      }
    }
  }
}

/** What is wrong with a tag that is to hold a schedule, for whoever enters it; `undefined` for other tags and good ones. */
export function scheduleTagProblem(key: string, value: string, timezone: string): string | undefined {
  if (key !== scheduleTag) return undefined
  try {
    parseSchedule(value, { timezone })
    return undefined
  } catch (error) {
    if (error instanceof InvalidSchedule) return error.message
    throw error
  }
}

/** 0 to `most` milliseconds, always the same for one text: spreads what shares a minute. */
export function jitter(text: string, most: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % (most + 1)
}

function prefix(schedules: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(schedules).map(([name, text]) => [`schedules.${name}`, text]))
}
