/** Options that many commands have. */
import { type Command, InvalidArgumentError, Option } from 'commander'

/** `--output json`, or `--json`. */
export function withOutput(command: Command): Command {
  return command
    .addOption(new Option('--output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .addOption(new Option('--json', 'the same as --output json').implies({ output: 'json' }))
}

/** Errors: InvalidArgumentError, to which commander adds the option and the value. */
export function wholeNumberOf(least: number, most: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text)
    throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`)
  }
}
