import type { Command } from 'commander'
import { suggestion } from '../../host/nearest.js'
import { CommandFailed } from '../output.js'
import { guidesOf } from './guide.js'

/** `penstock help [TOPIC]`: a command's help, or a guide; without one, what there is. Errors: CommandFailed. */
export function help(program: Command, words: readonly string[]): void {
  const [topic] = words
  if (topic === undefined) {
    program.outputHelp()
    process.stdout.write(`\nGuides (penstock help TOPIC):\n${table(program)}\n`)
    return
  }
  const command = words.reduce<Command | undefined>(
    (found, word) => found?.commands.find((one) => one.name() === word),
    program,
  )
  if (command) {
    command.outputHelp()
    return
  }
  const all = guidesOf(program)
  const guide = all.find((one) => one.topic === topic)
  if (!guide) {
    const known = [...program.commands.map((one) => one.name()), ...all.map((one) => one.topic)]
    throw new CommandFailed(`there is no command and no guide '${words.join(' ')}'${suggestion(topic, known)}`)
  }
  process.stdout.write(`${guide.text.trimEnd()}\n`)
}

function table(program: Command): string {
  const all = guidesOf(program)
  const widest = Math.max(...all.map(({ topic }) => topic.length))
  return all.map(({ topic, title }) => `  ${topic.padEnd(widest)}  ${title}`).join('\n')
}
