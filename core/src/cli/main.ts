/** `penstock`: one command per file, loaded when it is called. */
import { Command } from 'commander'
import { fail } from './output.js'
import { addPlugins } from './plugin-commands.js'

/** The options that name an installation. */
export interface WhereOptions {
  readonly config?: string
  readonly data?: string
}

/** Runs the command line; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('penstock').description('A self-hosted continuous-delivery server').showHelpAfterError()
  addServe(program)
  addWorker(program)
  addValidate(program)
  addImport(program)
  addAccessKeys(program)
  addUsers(program)
  addActionTypes(program)
  addDoctor(program)
  addPlugins(program, where)
  addBackup(program)
  program
    .command('version')
    .description('print the version')
    .action(async () => {
      const { version } = await import('../app/identity.js')
      process.stdout.write(`${version}\n`)
    })
  try {
    await program.parseAsync(argv as string[])
  } catch (error) {
    fail(error)
  }
}

function where(command: Command): Command {
  return command.option('--config <file>', 'penstock.yaml').option('--data <dir>', 'the data folder')
}

function addServe(program: Command): void {
  where(program.command('serve').description('start the server'))
    .option('--host <address>', 'the address to listen at')
    .option('--port <number>', 'the port to listen at', wholeNumberOf('--port', 0, 65_535))
    .action(async (options) => (await import('./serve.js')).serve(options))
}

function addWorker(program: Command): void {
  where(program.command('worker').description("run a server's jobs on this machine"))
    .requiredOption('--endpoint <url>', 'the server, such as https://penstock.example.com')
    .option('--access-key-id <id>', 'AWS_ACCESS_KEY_ID unless given')
    .option('--secret-access-key <secret>', 'AWS_SECRET_ACCESS_KEY unless given')
    .option('--region <name>', "the server's region; AWS_REGION, or what --config says, unless given")
    .option('--name <name>', 'what to call a new worker; the name of the machine unless given')
    .option('--concurrency <jobs>', 'how many jobs at a time', wholeNumberOf('--concurrency', 1, 1000))
    .action(async (options) => (await import('./worker.js')).worker(options))
}

function addValidate(program: Command): void {
  where(program.command('validate <file>').description('say everything that is wrong with a pipeline file'))
    .option('--output <format>', 'text or json', 'text')
    .action(async (file, options) => (await import('./validate.js')).validate(file, options))
}

function addImport(program: Command): void {
  where(
    program
      .command('import <file>')
      .description(
        "turn what AWS printed into a pipeline file: get-pipeline's JSON, or a CloudFormation template (- reads standard input)",
      ),
  )
    .option('--resource <id>', 'which of a template that has several pipelines')
    .option('--parameter <name=value...>', "values for a template's parameters")
    .option('--output-file <file>', 'where to write it; standard output unless given')
    .option('--create', "write it into the server's folder of pipelines: the next start creates it")
    .action(async (file, options) => (await import('./import.js')).importPipeline(file, options))
}

function addAccessKeys(program: Command): void {
  const keys = program.command('access-key').description('keys for the AWS CLI and SDKs')
  where(keys.command('create').description('make a key; its secret is shown only now'))
    .requiredOption('--user <name>', 'whose it is')
    .option('--policy <policy...>', 'a managed policy by its name, or a file with a JSON policy', [
      'AWSCodePipeline_FullAccess',
    ])
    .option('--output <format>', 'text or json', 'text')
    .action(async (options) => (await import('./access-key.js')).createKey(options))
  where(keys.command('list').description('all keys, without their secrets'))
    .option('--output <format>', 'text or json', 'text')
    .action(async (options) => (await import('./access-key.js')).listKeys(options))
  where(keys.command('delete <accessKeyId>').description('a deleted key is refused within seconds')).action(
    async (id, options) => (await import('./access-key.js')).deleteKey(id, options),
  )
}

function addUsers(program: Command): void {
  const users = program.command('user').description('people who sign in at the status page')
  where(users.command('set-password <name>').description('add a user, or change a password, read from standard input'))
    .option('--policy <policy...>', 'a managed policy by its name, or a file with a JSON policy')
    .action(async (name, options) => (await import('./user.js')).setPassword(name, options))
}

function addActionTypes(program: Command): void {
  const types = program.command('action-type').description("partners' action types (owner ThirdParty)")
  where(
    types.command('put <file>').description('add one, or change it, from a JSON file as get-action-type prints it'),
  ).action(async (file, options) => (await import('./action-type.js')).putType(file, options))
  where(types.command('client-token <provider>').description("what a partner's worker is to be set up with"))
    .option('--output <format>', 'text or json', 'text')
    .action(async (provider, options) => (await import('./action-type.js')).clientToken(provider, options))
}

function addDoctor(program: Command): void {
  where(program.command('doctor').description('look for what would keep Penstock from working'))
    .option('--output <format>', 'text or json', 'text')
    .action(async (options) => (await import('./doctor.js')).doctor(options))
}

function addBackup(program: Command): void {
  where(
    program
      .command('backup <folder>')
      .description('copy database, artifacts, logs and secrets, also while the server runs'),
  ).action(async (folder, options) => (await import('./backup.js')).backup(folder, options))
  where(program.command('restore <folder>').description('bring a backup back into an empty data folder')).action(
    async (folder, options) => (await import('./restore.js')).restore(folder, options),
  )
}

/** Errors: naming the option, the value and what would be right. */
function wholeNumberOf(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text)
    throw new Error(`${option} is '${text}', but must be a number from ${least} to ${most}`)
  }
}
