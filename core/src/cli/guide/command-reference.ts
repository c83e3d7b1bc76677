import type { Command, Option } from 'commander'

/** All commands with their options, in Markdown, from what the command line itself declares. */
export function commandReference(program: Command): string {
  const lines = leaves(program, [])
    .filter(({ path }) => path.at(-1) !== 'help')
    .flatMap(({ command, path }) => section(command, path))
  return ['# Commands', '', 'As `penstock COMMAND --help` says it.', '', ...lines].join('\n')
}

interface Leaf {
  readonly command: Command
  readonly path: readonly string[]
}

function leaves(command: Command, path: readonly string[]): Leaf[] {
  const here = [...path, command.name()]
  return command.commands.length === 0
    ? [{ command, path: here }]
    : command.commands.flatMap((one) => leaves(one, here))
}

function section(command: Command, path: readonly string[]): string[] {
  const wanted = command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`
    return one.required ? `<${name}>` : `[${name}]`
  })
  const options = command.options.filter(({ hidden }) => !hidden)
  return [
    `## ${path.join(' ')}`,
    '',
    '```sh',
    [...path, ...wanted].join(' '),
    '```',
    '',
    sentence(command.description()),
    '',
    ...(options.length === 0 ? [] : ['| option | what for |', '| --- | --- |', ...options.map(row), '']),
  ]
}

const row = ({ flags, description }: Option) => `| \`${flags}\` | ${cell(description)} |`
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1).replaceAll('<', '&lt;')}.`
