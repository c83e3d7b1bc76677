/** `penstock`: one command per file, loaded when it is called. */
import { Argument, Command, CommanderError, Option } from 'commander'
import { version } from '../app/identity.js'
import { wholeNumberOf, withOutput } from './options.js'
import { exitStatus, fail, print } from './output.js'
import { addPipelineCommands } from './pipeline-commands.js'
import { addPlugins } from './plugin/commands.js'

/** The options that name an installation. */
export interface WhereOptions {
  readonly config?: string
  readonly data?: string
}

/** Runs the command line; never throws. */
export async function main(argv: readonly string[]): Promise<void> {
  endQuietlyAtBrokenPipe()
  try {
    await createProgram().parseAsync(argv as string[])
  } catch (error) {
    // Commander has said already what is wrong with the call.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitStatus.ok : exitStatus.usage
    else fail(error)
  }
}

/** All commands; nothing is run. */
export function createProgram(): Command {
  const program = new Command('penstock')
    .description('A self-hosted continuous-delivery server')
    .version(version, '-V, --version', 'print the version')
    .exitOverride()
    .showHelpAfterError('(add --help for what is right)')
    .addHelpText('after', exitCodes)
  program.commandsGroup('Pipelines:')
  addInit(program)
  addPipelineCommands(program, where)
  addRun(program)
  addValidate(program)
  addImport(program)
  program.commandsGroup('Server:')
  addSetup(program)
  addServe(program)
  addWorker(program)
  addReload(program)
  addDisk(program)
  addDoctor(program)
  addBackup(program)
  addAccessKeys(program)
  addUsers(program)
  addSessions(program)
  addActionTypes(program)
  addPlugins(program, where)
  addHooks(program)
  program.commandsGroup('More:')
  addMcp(program)
  addVersion(program)
  addCompletion(program)
  program
    .helpCommand(false)
    .command('help [topic...]')
    .description('help for a command, or a guide: penstock help lists them')
    .action(async (words) => (await import('./guide/help.js')).help(program, words))
  return program
}

const exitCodes = `
Exit status: 0 done, 1 refused or failed, 2 called wrongly, 130 interrupted.
Without --endpoint a command is for the server of the data folder (--data, PENSTOCK_DATA, penstock.yaml, .penstock).`

/** A reader such as head that has seen enough is no failure, and no reason for a stack. */
function endQuietlyAtBrokenPipe(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exitStatus.brokenPipe)
      throw error
    })
}

function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script with which a shell completes commands: penstock completion bash >>~/.bashrc')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell) => (await import('./completion.js')).completion(program, shell))
}

function addMcp(program: Command): void {
  signing(where(program.command('mcp').description('the server as tools for agents (Model Context Protocol)')))
    .option('--endpoint <url>', 'the server; the one that runs on the data folder unless given')
    .option('--profile <name>', "a profile of AWS's files: the key, the region, the endpoint_url")
    .option('--read-only', 'only the tools that change nothing')
    .option('--http <address:port>', 'listen for agents, each with its own access key, instead of on standard input')
    .option('--allowed-host <name...>', 'with --http: names by which agents reach it, such as those of a proxy')
    .action(async (options) => (await import('./mcp/mcp.js')).mcp(options))
}

function addHooks(program: Command): void {
  withOutput(
    program
      .command('hooks [name]')
      .description('what plugins can hear of and decide: when, in which order, within what time')
      .option('--markdown', 'all of it as a page'),
  ).action(async (name, options) => (await import('./hooks.js')).showHooks(name, options))
}

function addVersion(program: Command): void {
  withOutput(program.command('version').description('print the version, and of what it runs on')).action((options) =>
    print(options.output, { penstock: version, node: process.versions.node }, () => [version]),
  )
}

function where(command: Command): Command {
  return command.option('--config <file>', 'penstock.yaml').option('--data <dir>', 'the data folder')
}

function addSetup(program: Command): void {
  withOutput(
    program.command('setup').description('make what a server needs on this machine: as root a service, else at home'),
  ).action(async (options) => (await import('./setup/setup.js')).setup(options))
}

function addServe(program: Command): void {
  where(program.command('serve').description('start the server'))
    .option('--host <address>', 'the address to listen at')
    .option('--port <number>', 'the port to listen at', wholeNumberOf(0, 65_535))
    .action(async (options) => (await import('./serve.js')).serve(options))
}

function addWorker(program: Command): void {
  signing(where(program.command('worker').description("run a server's jobs on this machine")))
    .requiredOption('--endpoint <url>', 'the server, such as https://penstock.example.com')
    .option('--name <name>', 'what to call a new worker; the name of the machine unless given')
    .option('--concurrency <jobs>', 'how many jobs at a time', wholeNumberOf(1, 1000))
    .action(async (options) => (await import('./worker.js')).worker(options))
}

function addInit(program: Command): void {
  where(program.command('init [folder]').description('write a pipeline file for a repository, by what is in it'))
    .option('--name <name>', "the pipeline's; the repository's unless given")
    .option('--url <url>', "where the repository is; the working copy's remote unless given")
    .option('--branch <name>', "the remote's main branch unless given")
    .option('--build <kind>', 'which of the ways to build it that were found; none leaves it out')
    .option('--command <line...>', 'what builds it, instead')
    .option('--hosts <user@host,...>', 'deploy by its appspec.yml to these hosts; local is this machine')
    .option('--approval', 'ask somebody before it is deployed')
    .option('--file <path>', 'where to write it', 'pipeline.yaml')
    .option('--force', 'write over a file that is there')
    .option('--dry-run', 'print it, and write nothing')
    .option('-y, --yes', 'ask nothing')
    .action(async (folder = '.', options) => (await import('./init/init.js')).init(folder, options))
}

function addRun(program: Command): void {
  where(program.command('run <file>').description('run a pipeline file once on this machine, without a server'))
    .option('--source <name=dir...>', 'take a folder as it is now, instead of what the source would fetch')
    .option('--stage <name...>', 'only these stages, after the source')
    .option('--deploy', 'every stage; without it a run ends before the first that deploys')
    .option('--variable <name=value...>', "values for the pipeline's variables")
    .option('--approve', 'approve everything; without it approvals ask at the terminal')
    .option('--dry-run', 'say what would run, and check it')
    .option('--keep <dir>', 'keep logs and artifacts in a new folder')
    .action(async (file, options) => (await import('./run/run.js')).run(file, options))
}

function addValidate(program: Command): void {
  withOutput(
    where(
      program.command('validate <files...>').description('say everything that is wrong with pipeline files, and where'),
    ),
  ).action(async (files, options) => (await import('./validate.js')).validate(files, options))
}

function addImport(program: Command): void {
  const command = program
    .command('import <files...>')
    .description(
      'take over a pipeline of AWS: what get-pipeline printed (and batch-get-projects with it), a CloudFormation template, or terraform show -json (- reads standard input)',
    )
  signing(where(command))
    .option('--endpoint <url>', 'the server; the one that runs on the data folder unless given')
    .option('--profile <name>', "a profile of AWS's files: the key, the region, the endpoint_url")
    .option('--resource <id>', 'which of several pipelines: a logical id, or an address of Terraform')
    .option('--parameter <name=value...>', "values for a template's parameters")
    .option('--output-file <file>', 'where to write it; standard output unless given')
    .option('--projects-file <file>', 'where to write its CodeBuild projects, where no server takes them')
    .option('--create', 'create it at the server; without a running one, write it into the folder of pipelines')
    .option('--update', 'the same, and change the pipeline when it is there already')
    .option('--dry-run', 'say what would be done, and do nothing')
    .addHelpText(
      'after',
      `
Status 0: done, though TODO lines may say what is left to do by hand.
Status 1: nothing was created; INVALID lines say what is wrong.
Status 3: the pipeline was created, and a FAILED line says what beside it was not.`,
    )
    .action(async (files, options) => (await import('./import.js')).importPipeline(files, options))
}

/** The options of a key that requests are signed with. */
function signing(command: Command): Command {
  return command
    .option('--access-key-id <id>', 'AWS_ACCESS_KEY_ID unless given')
    .option('--secret-access-key <secret>', 'AWS_SECRET_ACCESS_KEY unless given')
    .option('--region <name>', "the server's region; AWS_REGION, or what --config says, unless given")
    .option('--ca <file>', 'certificates in PEM to trust besides the usual ones; AWS_CA_BUNDLE unless given')
}

function addAccessKeys(program: Command): void {
  const keys = program.command('access-key').description('keys for the AWS CLI and SDKs')
  withOutput(where(keys.command('create').description('make a key; its secret is shown only now')))
    .requiredOption('--user <name>', 'whose it is')
    .addOption(eachPolicy(`${policyText}; AWSCodePipeline_FullAccess unless given`))
    .action(async (options) =>
      (await import('./access-key.js')).createKey({ policy: ['AWSCodePipeline_FullAccess'], ...options }),
    )
  withOutput(where(keys.command('list').description('all keys, without their secrets'))).action(async (options) =>
    (await import('./access-key.js')).listKeys(options),
  )
  where(keys.command('delete <accessKeyId>').description('a deleted key is refused within seconds')).action(
    async (id, options) => (await import('./access-key.js')).deleteKey(id, options),
  )
}

/** One option for each policy: a list that takes all that follows would take the name, too. */
const eachPolicy = (text: string) =>
  new Option('--policy <policy>', text).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ])
const policyText = 'a managed policy by its name, or a file with a JSON policy; may be given again'

function addUsers(program: Command): void {
  const users = program.command('user').description('people who sign in at the status page')
  const load = () => import('./user.js')
  where(users.command('add <name>').description('add a user; the password is the first line of standard input'))
    .addOption(eachPolicy(policyText).makeOptionMandatory())
    .action(async (name, options) => (await load()).addUser(name, options))
  withOutput(where(users.command('list').description('all of them, with what they may do'))).action(async (options) =>
    (await load()).listUsers(options),
  )
  where(users.command('rm <name>').description('remove a user, with its access keys and sessions')).action(
    async (name, options) => (await load()).removeUser(name, options),
  )
  where(users.command('set-policy <name>').description('what it may do, in place of what it may do now'))
    .addOption(eachPolicy(policyText).makeOptionMandatory())
    .action(async (name, options) => (await load()).setPolicy(name, options))
  where(users.command('set-password <name>').description('add a user, or change a password, read from standard input'))
    .addOption(eachPolicy(policyText))
    .action(async (name, options) => (await load()).setPassword(name, options))
  where(users.command('disable <name>').description('end its sessions, and refuse it and its keys')).action(
    async (name, options) => (await load()).setDisabled(name, true, options),
  )
  where(users.command('enable <name>').description('let it in again')).action(async (name, options) =>
    (await load()).setDisabled(name, false, options),
  )
}

function addSessions(program: Command): void {
  const sessions = program.command('session').description('who is signed in at the status page')
  const load = () => import('./user.js')
  withOutput(where(sessions.command('list [user]').description('of one user, or of all'))).action(
    async (user, options) => (await load()).listSessions(user, options),
  )
  where(sessions.command('end <user> [session]').description('one, or all of a user')).action(
    async (user, session, options) => (await load()).endSessions(user, session, options),
  )
}

function addActionTypes(program: Command): void {
  const types = program.command('action-type').description("partners' action types (owner ThirdParty)")
  where(
    types.command('put <file>').description('add one, or change it, from a JSON file as get-action-type prints it'),
  ).action(async (file, options) => (await import('./action-type.js')).putType(file, options))
  withOutput(
    where(types.command('client-token <provider>').description("what a partner's worker is to be set up with")),
  ).action(async (provider, options) => (await import('./action-type.js')).clientToken(provider, options))
}

function addDoctor(program: Command): void {
  withOutput(where(program.command('doctor').description('look for what would keep Penstock from working'))).action(
    async (options) => (await import('./doctor/doctor.js')).doctor(options),
  )
}

function addDisk(program: Command): void {
  withOutput(where(program.command('disk').description('what takes how much of the disk'))).action(async (options) =>
    (await import('./disk/disk.js')).disk(options),
  )
  withOutput(
    where(
      program
        .command('prune [pipeline] [execution]')
        .description(
          'forget now what is beyond the limits of retention, or one ended execution, with logs and artifacts',
        ),
    ),
  )
    .option('--dry-run', 'only say what would go')
    .action(async (name, id, options) => (await import('./prune.js')).prune(name, id, options))
}

function addReload(program: Command): void {
  withOutput(
    where(program.command('reload').description('have the running server read its pipeline files now')),
  ).action(async (options) => (await import('./reload.js')).reload(options))
}

function addBackup(program: Command): void {
  where(
    program
      .command('backup <folder>')
      .description('copy database, artifacts, logs and secrets, also while the server runs'),
  ).action(async (folder, options) => (await import('./backup/backup.js')).backup(folder, options))
  withOutput(
    program
      .command('verify-backup <folder>')
      .description('open a copy of a backup as a restored server would, and look through all of it'),
  ).action(async (folder, options) => (await import('./backup/verify.js')).verifyBackup(folder, options))
  where(program.command('restore <folder>').description('bring a backup back into an empty data folder')).action(
    async (folder, options) => (await import('./backup/restore.js')).restore(folder, options),
  )
  withOutput(where(program.command('resume').description('let a restored server begin to work'))).action(
    async (options) => (await import('./resume.js')).resume(options),
  )
}
