import type { ContributionInfo } from '../../host/contributions/contribution-service.js'
import type { Content } from '../../host/contributions/contributions.js'
import { suggestion } from '../../host/nearest.js'
import { withClient } from '../api/connect.js'
import { CommandFailed, print, table, UsageError } from '../output.js'
import type { VerbOptions } from '../verbs/options.js'

/**
 * `penstock plugin run PLUGIN COMMAND NAME=VALUE...`: a verb that a plugin brings, which runs at the server; without a command,
 * those that there are.
 */
export async function runCommand(
  plugin: string | undefined,
  command: string | undefined,
  given: readonly string[],
  options: VerbOptions,
): Promise<void> {
  await withClient(options, async (client) => {
    const { contributions } = await client.listContributions({})
    const known = contributions.filter(({ kind, plugin: of }) => kind === 'command' && (plugin ?? of) === of)
    if (plugin === undefined || command === undefined) {
      print(options.output, known, () => (known.length === 0 ? ['no plugin brings a command'] : table(known.map(row))))
      return
    }
    if (!known.some(({ id }) => id === command)) {
      const names = known.map(({ id }) => id)
      throw new CommandFailed(`plugin '${plugin}' has no command '${command}'${suggestion(command, names)}`)
    }
    const answer = await client.runPluginCommand({ plugin, command, values: valuesOf(given) })
    print(options.output, answer, () => ('text' in answer ? [answer.text] : linesOf(answer.content)))
  })
}

function row({ plugin, id, title, arguments: args = {} }: ContributionInfo): readonly string[] {
  const words = Object.entries(args).map(([name, { required }]) => (required ? `${name}=...` : `[${name}=...]`))
  return [`penstock plugin run ${[plugin, id, ...words].join(' ')}`, title]
}

function valuesOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new UsageError(`'${text}' must be NAME=VALUE`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

function linesOf(content: Content): string[] {
  const cell = (one: string | { readonly text: string; readonly href: string }) =>
    typeof one === 'string' ? one : `${one.text} (${one.href})`
  return (content ?? []).flatMap((block) => {
    if (block.kind === 'text' || block.kind === 'state') return [block.text]
    if (block.kind === 'facts') return table(Object.entries(block.facts).map(([name, one]) => [name, cell(one)]))
    if (block.kind === 'table') return table([block.columns, ...block.rows.map((cells) => cells.map(cell))])
    return []
  })
}
