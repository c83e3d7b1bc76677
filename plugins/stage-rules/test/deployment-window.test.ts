import { deploymentWindow } from '../src/deployment-window.js'
import { parseWindow } from '../src/quartz.js'
import { localTime } from '../src/time-zone.js'

const at = (iso: string, zone = 'UTC') => localTime(Date.parse(iso), zone)

test.each([
  { cron: '* * 9-17 ? * MON-FRI *', time: '2024-05-08T09:30:00Z', inside: true, it: 'a Wednesday morning' },
  {
    cron: '0 0 9-17 ? * MON-FRI *',
    time: '2024-05-08T09:30:40Z',
    inside: true,
    it: 'a whole hour, though its fields say 0 0',
  },
  { cron: '* * 9-17 ? * MON-FRI *', time: '2024-05-11T09:30:00Z', inside: false, it: 'a Saturday' },
  { cron: '* * 9-17 ? * MON-FRI *', time: '2024-05-08T18:00:00Z', inside: false, it: 'after hours' },
  { cron: '* * 22-2 ? * *', time: '2024-05-08T01:00:00Z', inside: true, it: 'a night over midnight' },
  { cron: '* 0-29 * ? * FRI-MON', time: '2024-05-12T01:10:00Z', inside: true, it: 'a weekend that wraps' },
  { cron: '* * * L * ?', time: '2024-02-29T01:00:00Z', inside: true, it: 'the last day of a leap February' },
  { cron: '* * * 15W * ?', time: '2024-06-14T01:00:00Z', inside: true, it: 'the weekday nearest to Saturday the 15th' },
  { cron: '* * * ? * 6#3', time: '2024-05-17T01:00:00Z', inside: true, it: 'the third Friday' },
  { cron: '* * * ? * 6L', time: '2024-05-31T01:00:00Z', inside: true, it: 'the last Friday' },
  { cron: '* * */6 ? 1-6 * 2024', time: '2024-05-08T12:00:00Z', inside: true, it: 'steps, months and a year' },
  { cron: '* * * ? * * 2023', time: '2024-05-08T12:00:00Z', inside: false, it: 'another year' },
])('C7: $cron is $inside for $it', ({ cron, time, inside }) => {
  expect(parseWindow(cron).contains(at(time))).toBe(inside)
})

test.each([
  { zone: 'Europe/Berlin', hour: 14 },
  { zone: 'UTC+05:30', hour: 17 },
  { zone: 'UTC-03:00', hour: 9 },
  { zone: 'EST', hour: 7 },
])('C7: noon UTC is $hour in $zone', ({ zone, hour }) => {
  expect(at('2024-07-01T12:00:00Z', zone).hour).toBe(hour)
})

test.each([
  { cron: '* * 9', says: 'has 3 fields' },
  { cron: '* * 25 ? * *', says: "'25' is no hours" },
  { cron: '* * * ? * FOO', says: "'FOO' is no day of week: it must be 1 to 7 or SUN to SAT" },
  { cron: '* */0 * ? * *', says: "the step '0' of minutes" },
])('C7: $cron is refused: $says', ({ cron, says }) => {
  expect(() => parseWindow(cron)).toThrow(says)
})

test('C7: a zone that nobody knows is refused', () => {
  expect(() => at('2024-07-01T12:00:00Z', 'Mars/Base')).toThrow("TimeZone 'Mars/Base' is not known")
})

test.each([
  { given: { Cron: 'not a cron', TimeZone: 'UTC' }, says: "Cron 'not a cron' has 3 fields" },
  { given: { Cron: '* * 9-17 ? * MON-FUN *' }, says: "'FUN' is no day of week" },
  { given: { TimeZone: 'Atlantis' }, says: "TimeZone 'Atlantis' is not known" },
])('$given is refused when a pipeline is saved', ({ given, says }) => {
  expect(deploymentWindow.validate?.(given)).toEqual([expect.stringContaining(says)])
})

test('what is not known yet, a variable or a secret, is nobody’s mistake', () => {
  expect(deploymentWindow.validate?.({ TimeZone: 'Europe/Berlin' })).toEqual([])
})
