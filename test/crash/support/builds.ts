/** Builds that leave traces outside of Penstock: how often each began and ended, and what its log has to be. */
import { existsSync, readFileSync } from 'node:fs'

export interface Build {
  readonly name: string
  /** Lines that it prints between its pauses. */
  readonly lines: number
  /** Seconds; one more round of lines comes before each. */
  readonly pauses: readonly number[]
  readonly exit: 0 | 3
}

/** A line of some length, so that a log of many is cut somewhere when it is cut. */
function line(number: number, id: string): string {
  return `line ${number} of ${id}: ${'.'.repeat(number % 60)}`
}

/**
 * The build as a shell script. Its first and its last deed is a line in the ledger, a file of ours: one write in append
 * mode each, so that a second run would show, whatever Penstock knows of it.
 */
export function scriptOf(build: Build, ledger: string): string {
  return `# ${build.name}
printf '%s\\n' "begin $PENSTOCK_ACTION_EXECUTION_ID" >>'${ledger}'
printf '%s\\n' "revision $(cat revision)"
dots=............................................................
number=0
for pause in ${['', ...build.pauses].map((pause) => pause || 0).join(' ')}; do
  [ $pause = 0 ] || sleep $pause
  last=$((number + ${build.lines}))
  while [ $number -lt $last ]; do
    number=$((number + 1))
    printf '%s%.*s\\n' "line $number of $PENSTOCK_ACTION_EXECUTION_ID: " $((number % 60)) $dots
  done
done
printf '%s\\n' "end $PENSTOCK_ACTION_EXECUTION_ID" >>'${ledger}'
exit ${build.exit}`
}

/** Every byte that the build's log has before Penstock's own last word. */
export function logOf(build: Build, id: string, revision: string): string {
  const count = build.lines * (build.pauses.length + 1)
  const lines = Array.from({ length: count }, (_, index) => line(index + 1, id))
  return `${[`$ # ${build.name} …`, `revision ${revision}`, ...lines].join('\n')}\n`
}

export interface Traces {
  readonly begun: number
  readonly ended: number
}

/** By action execution. */
export function readLedger(file: string): Map<string, Traces> {
  const traces = new Map<string, Traces>()
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
  for (const text of lines) {
    const [word, id = ''] = text.split(' ')
    const { begun, ended } = traces.get(id) ?? { begun: 0, ended: 0 }
    traces.set(id, word === 'begin' ? { begun: begun + 1, ended } : { begun, ended: ended + 1 })
  }
  return traces
}
