import type { Clock } from '../../domain/clock.js'
import type { PluginProcess } from './plugin-process.js'

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
    cancel = clock.after(hang, () => process.kill(why))
    process.channel.call('ping', {}).then(rest, () => {})
  }
  rest()
  void process.ended.then(() => cancel())
}
