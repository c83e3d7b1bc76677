/**
 * Where a tap stands among those of other plugins. It matters for `revisionFound` and `beforeAction`, whose taps are asked one after another.
 * @example
 * api.hooks.revisionFound((event) => event, { stage: -10 } satisfies TapOptions)
 */
export interface TapOptions {
  /** Lower ones come first; 0 when absent. Among equals the order is that of the plugins. */
  readonly stage?: number
  /** Come before the taps of these plugins. */
  readonly before?: string | readonly string[]
}

/**
 * As TapOptions, for taps that may refuse.
 * @example
 * api.hooks.beforeAction(({ stageName }) => (stageName === 'Production' ? 'frozen' : undefined), { onFailure: 'closed' } satisfies GateOptions)
 */
export interface GateOptions extends TapOptions {
  /**
   * What a gate that throws, does not answer within its limit, or whose plugin has failed, means: `open` (unless given) lets
   * the action run, `closed` fails it with that reason. Switching the plugin off opens it either way.
   */
  readonly onFailure?: 'open' | 'closed'
}

const known: Readonly<Record<keyof GateOptions, (value: unknown) => boolean>> = {
  stage: (value) => Number.isFinite(value),
  before: (value) =>
    typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string')),
  onFailure: (value) => value === 'open' || value === 'closed',
}

/** What is to be said of each option that is not right; the first one counts. Errors: TypeError. */
export function checkTapOptions(hook: string, options: GateOptions): GateOptions {
  for (const [name, value] of Object.entries(options)) {
    const fits = Object.hasOwn(known, name) ? known[name as keyof GateOptions] : undefined
    const keys = Object.keys(known).join(', ')
    if (fits === undefined) throw new TypeError(`hooks.${hook}: there is no option '${name}'; known: ${keys}`)
    if (!fits(value))
      throw new TypeError(
        `hooks.${hook}: ${name} is ${JSON.stringify(value)}: ${rightValues[name as keyof GateOptions]}`,
      )
  }
  if (options.onFailure !== undefined && hook !== 'beforeAction')
    throw new TypeError(`hooks.${hook}: onFailure is for beforeAction, whose taps may refuse`)
  return options
}

const rightValues: Readonly<Record<keyof GateOptions, string>> = {
  stage: 'a number is right',
  before: "a plugin's name, or a list of names, is right",
  onFailure: "'open' or 'closed' is right",
}
