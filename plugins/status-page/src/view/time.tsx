import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

/** The server clock's now, in epoch milliseconds. */
export const NowContext = createContext(0)

const units: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** `3 min ago`, `in 20 s`, `just now`; the same rule as in assets/app.js, which keeps it current. */
export function relative(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000)
  const size = Math.abs(seconds)
  if (size < 5) return 'just now'
  const [length, unit] = units.find(([unitLength]) => size >= unitLength) ?? [1, 's']
  const text = `${Math.floor(size / length)} ${unit}`
  return seconds < 0 ? `in ${text}` : `${text} ago`
}

/** `1 h 02 min`, `3 min 20 s`, `12 s`, `0.4 s`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`
}

/** `2026-03-04 05:06:07 UTC`. */
export function absolute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** A moment: relative in words, absolute in its title. Nothing when there is none. */
export function Ago({ at }: { readonly at: Date | number | undefined }) {
  const now = useContext(NowContext)
  if (at === undefined) return null
  const time = Number(at)
  return (
    <time dateTime={new Date(time).toISOString()} title={absolute(time)} data-ago={time}>
      {relative(time, now)}
    </time>
  )
}

/** A moment written out. */
export function Moment({ at }: { readonly at: Date | number | undefined }) {
  if (at === undefined) return null
  const time = Number(at)
  return (
    <time class="moment" dateTime={new Date(time).toISOString()} data-moment={time}>
      {absolute(time)}
    </time>
  )
}
