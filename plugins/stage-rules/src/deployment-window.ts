import { defineRule, JobFailed } from '@penstock/core'
import { parseWindow } from './quartz.js'
import { localTime } from './time-zone.js'

/** C7: holds while the clock is inside a window of days and hours. */
export const deploymentWindow = defineRule({
  provider: 'DeploymentWindow',
  description: 'Lets an execution pass only at certain days and times',
  configuration: {
    Cron: {
      description:
        'The window, as six or seven Quartz fields: seconds minutes hours day-of-month month day-of-week [year]',
      required: true,
      example: '* * 9-17 ? * MON-FRI *',
    },
    TimeZone: {
      description: 'Region/City, UTC with an offset such as UTC+02:00, or an abbreviation such as CET; UTC when absent',
      default: 'UTC',
      example: 'Europe/Berlin',
    },
  },
  validate: ({ Cron: cron, TimeZone: zone }) => [
    ...problemOf(() => cron !== undefined && parseWindow(cron)),
    ...problemOf(() => zone !== undefined && localTime(0, zone)),
  ],
  async run({ configuration: { Cron: cron, TimeZone: zone } }, { clock }) {
    const now = localTime(clock.now(), zone)
    const shown = `${now.weekdayName} ${now.year}-${pad(now.month)}-${pad(now.day)} ${pad(now.hour)}:${pad(now.minute)} ${zone}`
    if (parseWindow(cron).contains(now)) return { summary: `${shown} is inside the window '${cron}'` }
    throw new JobFailed(`${shown} is outside the window '${cron}'`)
  },
})

/** In the words in which it would fail when it runs. */
function problemOf(read: () => unknown): string[] {
  try {
    read()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

const pad = (value: number) => String(value).padStart(2, '0')
