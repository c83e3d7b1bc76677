/** Colours, on terminals that want them: not where NO_COLOR is set, TERM is dumb, or the output goes elsewhere. */
type Style = (text: string) => string

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39] } as const

/** True when what is written to standard output is to have colours; FORCE_COLOR says so for other places than terminals. */
export function coloured(env: NodeJS.ProcessEnv = process.env, isTerminal = process.stdout.isTTY === true): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== ''
  return isTerminal && env.TERM !== 'dumb'
}

const on = coloured()

/** Each style as a function; without colours they all leave the text as it is. */
export const paint = Object.fromEntries(
  Object.entries(codes).map(([name, [begin, end]]) => [
    name,
    (text: string) => (on && text !== '' ? `\u001b[${begin}m${text}\u001b[${end}m` : text),
  ]),
) as Readonly<Record<keyof typeof codes, Style>>
