import type { Clock } from '../../domain/clock.js'
import type { PluginProcess } from './plugin-process.js'

/**
 * The patience with a process, in pieces: a server that was held up itself, or a machine that slept, finds one of them
 * over, and hears the answers that came meanwhile before the next.
 */
const pieces = 10

/** Pings a process as long as it lives, and ends one that does not answer. Milliseconds. */
export function watchHang(
  process: PluginProcess,
  clock: Clock,
  { ping, hang }: { readonly ping: number; readonly hang: number },
): void {
  let cancel = () => {}
  const rest = () => {
    cancel()
    cancel = clock.after(ping, beat)
  }
  const beat = () => {
    const why = `did not answer for ${hang / 1000} s: its code never gives the processor back`
    const wait = (left: number) => {
      cancel = clock.after(hang / pieces, () => (left > 1 ? wait(left - 1) : process.kill(why)))
    }
    wait(pieces)
    process.channel.call('ping', {}).then(rest, () => {})
  }
  rest()
  void process.ended.then(() => cancel())
}
