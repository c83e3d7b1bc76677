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

/** Which server, unless it is the one on the data folder. */
export function withServer(command: Command): Command {
  return command
    .option('--endpoint <url>', 'a server elsewhere, such as https://penstock.example.com (PENSTOCK_ENDPOINT)')
    .option('--profile <name>', "a profile of AWS's files with its key, region and endpoint_url (AWS_PROFILE)")
    .option('--ca <file>', 'certificates in PEM to trust besides the usual ones; AWS_CA_BUNDLE unless given')
    .option('--access-key-id <id>', 'AWS_ACCESS_KEY_ID unless given')
    .option('--secret-access-key <secret>', 'AWS_SECRET_ACCESS_KEY unless given; the variable is the safer place')
    .option('--region <name>', "the server's; AWS_REGION, the profile's or us-east-1 unless given")
}
