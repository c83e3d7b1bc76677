/** How many resources a plan adds, changes and destroys, as terraform counts them. */
export interface PlanSummary {
  readonly add: number
  readonly change: number
  readonly destroy: number
  /** Also true when only outputs change. */
  readonly changes: boolean
}

interface PlanJson {
  readonly resource_changes?: readonly {
    readonly mode?: string
    readonly change?: { readonly actions?: readonly string[] }
  }[]
  readonly output_changes?: Readonly<Record<string, { readonly actions?: readonly string[] }>>
}

/** Reads `show -json PLAN`. A replacement is one added and one destroyed. Errors: SyntaxError. */
export function summarize(json: string): PlanSummary {
  const plan = JSON.parse(json) as PlanJson
  const actions = (plan.resource_changes ?? [])
    .filter(({ mode }) => mode !== 'data')
    .map(({ change }) => change?.actions ?? [])
  const count = (action: string) => actions.filter((all) => all.includes(action)).length
  const [add, change, destroy] = [count('create'), count('update'), count('delete')]
  const outputs = Object.values(plan.output_changes ?? {}).some(({ actions: all }) =>
    all?.some((one) => one !== 'no-op'),
  )
  return { add, change, destroy, changes: add + change + destroy > 0 || outputs }
}

/** In terraform's own words. */
export function inWords({ add, change, destroy, changes }: PlanSummary): string {
  if (!changes) return 'No changes'
  return `Plan: ${add} to add, ${change} to change, ${destroy} to destroy`
}
