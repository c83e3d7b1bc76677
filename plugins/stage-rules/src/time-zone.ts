import { JobFailed } from '@penstock/core'

/** A moment as a wall clock somewhere shows it. */
export interface LocalTime {
  readonly year: number
  /** 1..12. */
  readonly month: number
  readonly day: number
  /** 1 is Sunday, as Quartz counts. */
  readonly weekday: number
  readonly weekdayName: string
  readonly hour: number
  readonly minute: number
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** What the clock shows at `epoch` (milliseconds) in a zone. Errors: JobFailed ConfigurationError for a zone nobody knows. */
export function localTime(epoch: number, zone: string): LocalTime {
  const offset = /^(?:UTC|GMT)([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(zone)
  if (offset) {
    const [, sign, hours, minutes = '0'] = offset
    const shift = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1)
    return parts(epoch + shift, 'UTC')
  }
  return parts(epoch, zone)
}

function parts(epoch: number, timeZone: string): LocalTime {
  const shown = Object.fromEntries(
    format(timeZone)
      .formatToParts(epoch)
      .map(({ type, value }) => [type, value]),
  )
  const weekdayName = shown.weekday ?? ''
  return {
    year: Number(shown.year),
    month: Number(shown.month),
    day: Number(shown.day),
    hour: Number(shown.hour),
    minute: Number(shown.minute),
    weekday: weekdays.indexOf(weekdayName) + 1,
    weekdayName,
  }
}

function format(timeZone: string): Intl.DateTimeFormat {
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short', hourCycle: 'h23', ...numeric })
  } catch {
    throw new JobFailed(
      `TimeZone '${timeZone}' is not known: use Region/City, UTC+02:00 or an abbreviation such as CET`,
      'ConfigurationError',
    )
  }
}
