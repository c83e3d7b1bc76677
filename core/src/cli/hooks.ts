import { hookCatalogue } from '../host/hook-catalogue.js'
import { type HookName, hookNames } from '../host/hook-names.js'
import { hookRows, hooksPage } from '../host/hooks-page.js'
import { suggestion } from '../host/nearest.js'
import { limitOf } from '../host/tap-limits.js'
import { print, table } from './output.js'

/** What `penstock hooks` is given. */
export interface HooksOptions {
  readonly output?: string
  readonly markdown?: boolean
}

/** `penstock hooks [name]`: what plugins can hear of and decide. Errors: there is no such hook. */
export function showHooks(name: string | undefined, options: HooksOptions): void {
  if (options.markdown) return void process.stdout.write(hooksPage())
  const names = Object.keys(hookCatalogue) as HookName[]
  const shown = name === undefined ? names : names.filter((one) => one === name)
  if (name !== undefined && shown.length === 0)
    throw new Error(`there is no hook '${name}'${suggestion(name, hookNames)}`)
  const facts = shown.map((one) => ({ name: one, limitMs: limitOf(one), ...hookCatalogue[one] }))
  print(options.output, name === undefined ? facts : facts[0], () => {
    const [only] = shown
    if (name === undefined || only === undefined)
      return table([
        ['HOOK', 'KIND', 'LIMIT', 'WHEN'],
        ...facts.map(({ name: one, kind, limitMs, when }) => [one, kind, `${limitMs / 1000} s`, when]),
      ])
    return [...table(hookRows(only).map((row) => [...row])), '', ...hookCatalogue[only].example.split('\n')]
  })
}
