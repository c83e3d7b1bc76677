/** The page of all hooks (plugins/HOOKS.md), and what `penstock hooks` prints of one. */
import { type HookFacts, hookCatalogue } from './hook-catalogue.js'
import type { HookName } from './hook-names.js'
import { limitOf } from './tap-limits.js'

const kinds: Readonly<Record<HookFacts['kind'], string>> = {
  parallel: 'parallel: all taps at once, and nobody waits for what they answer',
  waterfall: 'waterfall: one tap after another, each with what the one before answered',
  bail: 'bail: one tap after another, until one answers',
}

/** All that there is to be said of one hook, line by line. */
export function hookRows(name: HookName): readonly (readonly [string, string])[] {
  const { kind, when, order, answer, told, onFailure } = hookCatalogue[name]
  return [
    ['When', when],
    ['Kind', kinds[kind]],
    ['Order', order],
    ['Answer', answer ?? 'none is heard'],
    ['Time limit', `${limitOf(name) / 1000} s for each tap`],
    ['Told', told],
    ['A tap that fails', onFailure],
  ]
}

/** The whole page. */
export function hooksPage(): string {
  const names = Object.keys(hookCatalogue) as HookName[]
  const sections = names.map((name) => {
    const rows = hookRows(name).map(([what, text]) => `- **${what}:** ${text}`)
    return `## ${name}\n\n${rows.join('\n')}\n\n\`\`\`ts\n${hookCatalogue[name].example}\`\`\`\n`
  })
  return `${introduction}\n${index(names)}\n\n${sections.join('\n')}`
}

const introduction = `# Hooks

Made from the code by \`penstock hooks --markdown\`; a test holds it to that.

A plugin taps a hook while it registers: \`api.hooks.NAME(tap, options)\`. What a tap gets is a frozen copy: changing it throws, and
what another tap gets is what happened. A tap that throws or takes longer than its limit is a problem of its plugin
(\`penstock plugin list\`); after five errors within a minute it is left out for a minute. Where taps are asked one after another,
\`{ stage: NUMBER }\` and \`{ before: 'PLUGIN' }\` say which comes first; otherwise it is the order of the plugins, those that come with
Penstock first. A plugin in a process of its own hears the same, and a tap of it that is asked while the process starts again waits
within its limit. \`beforeAction\` is asked on the server and on the worker that runs the action; all others are told by a server.
`

function index(names: readonly HookName[]): string {
  const rows = names.map((name) => {
    const { kind, when } = hookCatalogue[name]
    return `| [${name}](#${name.toLowerCase()}) | ${kind} | ${limitOf(name) / 1000} s | ${when} |`
  })
  return ['| hook | kind | limit | when |', '| --- | --- | --- | --- |', ...rows].join('\n')
}
