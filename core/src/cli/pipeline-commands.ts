/** `penstock list`, `start`, `approve` ...: the everyday verbs, each loaded when it is called. */
import { type Command, Option } from 'commander'
import { wholeNumberOf, withOutput, withServer } from './options.js'

/** Adds them; `where` gives a command the options that name an installation. */
export function addPipelineCommands(program: Command, where: (command: Command) => Command): void {
  const verb = (usage: string, text: string) => withOutput(withServer(where(program.command(usage).description(text))))
  addReading(verb)
  addRunning(verb)
  addSteering(verb)
  addDefining(verb)
  addDeployments(program, verb, where)
  addDeploymentObjects(program, where)
  addProjects(program, where)
  addSecrets(program, where)
  addForks(program, where)
  addDeliveries(program, where)
}

type Verb = (usage: string, text: string) => Command

function addProjects(program: Command, where: (command: Command) => Command): void {
  const projects = program.command('project').description('build projects, which CodeBuild actions name')
  const verb: Verb = (usage, text) => withOutput(withServer(where(projects.command(usage).description(text))))
  verb(
    'put <file>',
    'add or change those of a YAML or JSON file, as batch-get-projects prints them (- is standard input)',
  ).action(async (file, options) => (await import('./verbs/project.js')).putProjects(file, options))
  verb('list', 'all of them').action(async (options) => (await import('./verbs/project.js')).listProjects(options))
  verb('show <name>', 'one, as put takes it').action(async (name, options) =>
    (await import('./verbs/project.js')).showProject(name, options),
  )
  verb('rm <name>', 'forget one that was put').action(async (name, options) =>
    (await import('./verbs/project.js')).removeProject(name, options),
  )
}

function addDeploymentObjects(program: Command, where: (command: Command) => Command): void {
  const load = () => import('./verbs/deployment-objects.js')
  const force = '--force'
  const forced = 'although hosts, keys or secrets that it names are not there yet'
  const noun = (name: string, text: string): Verb => {
    const parent = program.command(name).description(text)
    return (usage, words) => withOutput(withServer(where(parent.command(usage).description(words))))
  }
  const application = noun('application', 'applications, which have deployment groups')
  application('put <name>', 'make one').action(async (name, options) => (await load()).putApplication(name, options))
  application('list', 'all of them').action(async (options) => (await load()).listApplications(options))
  application('show <name>', 'one, with its groups').action(async (name, options) =>
    (await load()).showApplication(name, options),
  )
  application('rm <name>', 'remove one that was put, and its groups').action(async (name, options) =>
    (await load()).removeApplication(name, options),
  )
  const group = noun('group', 'deployment groups: where revisions go, and how')
  group(
    'put <group> [file]',
    'add or change APPLICATION/GROUP from a YAML or JSON file: a group as in penstock.yaml, or what aws deploy get-deployment-group printed, which names it itself (- is standard input)',
  )
    .option(force, forced)
    .action(async (name, file, options) => (await load()).putGroup(name, file, options))
  group('list', 'all of them')
    .option('--application <name>', 'those of one application')
    .action(async (options) => (await load()).listGroups(options))
  group('show <group>', 'APPLICATION/GROUP, as put takes it').action(async (name, options) =>
    (await load()).showGroup(name, options),
  )
  group('rm <group>', 'remove one that was put').action(async (name, options) =>
    (await load()).removeGroup(name, options),
  )
  const host = noun('host', 'hosts that groups name, or choose by their tags')
  host(
    'put <name> <where>',
    'add or change one: user@host:port, or a YAML or JSON file with a host as in penstock.yaml',
  )
    .option('--tag <key=value...>', 'tags that groups choose it by')
    .option('--identity-file <path>', 'a private key on the server')
    .option('--proxy-jump <hosts>', 'hosts on the way, separated by commas')
    .addOption(new Option('--become <method>', 'whose rights deployments have').choices(['sudo', 'none']))
    .option(force, forced)
    .action(async (name, address, options) => (await load()).putHost(name, address, options))
  host('list', 'all of them').action(async (options) => (await load()).listHosts(options))
  host('show <name>', 'one, as put takes it').action(async (name, options) => (await load()).showHost(name, options))
  host('rm <name>', 'remove one that was put').action(async (name, options) => (await load()).removeHost(name, options))
}

function withFollowing(command: Command): Command {
  return command
    .option('--wait', 'follow the execution to its end; its result is the exit status')
    .option('--logs', "as --wait, with the actions' logs")
}

function addReading(verb: Verb): void {
  verb('list [pattern]', 'all pipelines, or those like app-*, with their latest execution')
    .option('--names', 'the names alone')
    .action(async (pattern, options) => (await import('./verbs/list.js')).list(pattern, options))
  verb('status <pipeline>', 'its stages, transitions and actions')
    .alias('state')
    .action(async (name, options) => (await import('./verbs/status.js')).status(name, options))
  verb('executions <pipeline>', 'its executions, newest first')
    .option('--limit <number>', 'at most so many', wholeNumberOf(1, 10_000), 20)
    .action(async (name, options) => (await import('./verbs/executions.js')).executions(name, options))
  verb('history <pipeline> [execution]', 'every action that ran, newest first')
    .option('--limit <number>', 'at most so many', wholeNumberOf(1, 10_000), 50)
    .action(async (name, execution, options) => (await import('./verbs/history.js')).history(name, execution, options))
  verb('logs <pipeline> [action]', "an action's log; of the one that runs, or failed, or ended last, unless named")
    .option('-f, --follow', 'as it grows, to its end')
    .option('--execution <id>', 'or the beginning or end of its id; the newest unless given')
    .action(async (name, action, options) => (await import('./verbs/logs.js')).logs(name, action, options))
  verb('sources <pipeline>', 'how polling its sources goes, with the last polls, and when the next is and why').action(
    async (name, options) => (await import('./verbs/sources.js')).sources(name, options),
  )
  verb('tests <pipeline>', 'the test reports of its newest execution: what fails, newly fails, is fixed, is flaky')
    .option('--execution <id>', 'or the beginning or end of its id; the newest unless given')
    .action(async (name, options) => (await import('./verbs/tests.js')).tests(name, options))
  for (const [name, text] of [
    ['open', 'open the page of a pipeline, or of all, in a browser'],
    ['url', 'print the address of that page'],
  ] as const)
    verb(`${name} [pipeline]`, text).action(async (pipeline, options) =>
      (await import('./verbs/open.js')).open(name, pipeline, options),
    )
}

function addRunning(verb: Verb): void {
  verb('poll <pipeline> [action]', 'look at its sources now').action(async (name, action, options) =>
    (await import('./verbs/sources.js')).poll(name, action, options),
  )
  withFollowing(verb('start <pipeline>', 'release a change: a new execution'))
    .option('--variable <name=value...>', "values for the pipeline's variables")
    .option('--revision <action=commit...>', 'what a source is to take instead of the newest')
    .option('--token <text>', 'starting twice with the same token starts once')
    .action(async (name, options) => (await import('./verbs/start.js')).start(name, options))
  verb('wait <pipeline> [execution]', 'follow an execution, the newest unless named; its result is the exit status')
    .option('--logs', "with the actions' logs")
    .action(async (name, execution, options) => (await import('./verbs/wait.js')).wait(name, execution, options))
  verb('stop <pipeline> [execution]', 'stop the execution that runs, once its actions have ended')
    .option('--abandon', 'end its actions, too')
    .option('--reason <text>', 'shown with the execution')
    .option('--wait', 'until it has stopped')
    .action(async (name, execution, options) => (await import('./verbs/stop.js')).stop(name, execution, options))
  withFollowing(verb('retry <pipeline> [stage]', 'run the failed actions of a stage again'))
    .option('--all-actions', 'those that succeeded, too')
    .option('--execution <id>', "or the beginning or end of its id; the stage's latest unless given")
    .action(async (name, stage, options) => (await import('./verbs/retry.js')).retry(name, stage, options))
  withFollowing(
    verb('rollback <pipeline> <stage> [execution]', 'run a stage again with what succeeded there before'),
  ).action(async (name, stage, target, options) =>
    (await import('./verbs/rollback.js')).rollback(name, stage, target, options),
  )
}

function addSteering(verb: Verb): void {
  for (const [name, result] of [
    ['approve', 'Approved'],
    ['reject', 'Rejected'],
  ] as const)
    verb(`${name} <pipeline> [action]`, `answer an approval: ${result.toLowerCase()}`)
      .option('--comment <text>', 'why; shown with the approval')
      .option('--execution <id>', 'of a pipeline that runs several at a time')
      .action(async (pipeline, action, options) =>
        (await import('./verbs/answer.js')).answer(result, pipeline, action, options),
      )
  verb('disable <pipeline> <stage>', 'let no execution into a stage')
    .requiredOption('--reason <text>', 'shown at the transition')
    .option('--outbound', 'out of it, instead')
    .action(async (name, stage, options) =>
      (await import('./verbs/transition.js')).setTransition('disable', name, stage, options),
    )
  verb('enable <pipeline> <stage>', 'let executions into a stage again')
    .option('--outbound', 'out of it, instead')
    .action(async (name, stage, options) =>
      (await import('./verbs/transition.js')).setTransition('enable', name, stage, options),
    )
  verb('override <pipeline> <stage>', 'let an execution past a condition that holds it')
    .addOption(
      new Option('--condition <which>', 'which of the two')
        .choices(['before-entry', 'on-success'])
        .makeOptionMandatory(),
    )
    .action(async (name, stage, options) => (await import('./verbs/override.js')).override(name, stage, options))
}

function addDefining(verb: Verb): void {
  verb('diff [paths...]', "what pipeline files, or a folder of them (the server's own unless given), would change")
    .option('--exit-code', 'status 1 when something differs')
    .action(async (paths, options) => (await import('./verbs/diff.js')).diff(paths, options))
  verb('get <pipeline>', 'its definition')
    .option('--definition-version <number>', 'an older one', wholeNumberOf(1, 99_999))
    .addOption(new Option('--format <format>', 'yaml or json').choices(['yaml', 'json']).default('yaml'))
    .option('--output-file <file>', 'where to write it; standard output unless given')
    .action(async (name, options) => (await import('./verbs/get.js')).get(name, options))
  verb('put <file>', 'create or update a pipeline from a YAML or JSON file (- reads standard input)')
    .option('--start', 'start an updated one, too, as creating does')
    .action(async (file, options) => (await import('./verbs/put.js')).put(file, options))
  verb('delete <pipeline>', 'delete a pipeline and its history')
    .option('--yes', 'do not ask for its name')
    .action(async (name, options) => (await import('./verbs/delete.js')).deletePipeline(name, options))
}

function addDeployments(program: Command, verb: Verb, where: (command: Command) => Command): void {
  verb('deployments', 'what was deployed to servers, newest first')
    .option('--group <name>', 'APPLICATION or APPLICATION/GROUP')
    .option('--limit <number>', 'at most so many', wholeNumberOf(1, 1000), 20)
    .action(async (options) => (await import('./verbs/deployments.js')).deployments(options))
  verb('hosts', 'which server has which revision, its health, and when it was last heard of')
    .option('--group <name>', 'APPLICATION or APPLICATION/GROUP')
    .option('--check', 'ask each host first whether somebody changed deployed files by hand')
    .action(async (options) => (await import('./verbs/deployments.js')).hosts(options))
  const one = program.command('deployment').description('one deployment: look at it, repeat it, stop it')
  const sub = (usage: string, text: string) => withOutput(withServer(where(one.command(usage).description(text))))
  sub('show <id>', 'its hosts and their events')
    .option('--log <host>', 'what that host printed, instead')
    .action(async (id, options) => (await import('./verbs/deployments.js')).showDeployment(id, options))
  sub('redeploy <id>', 'deploy its revision again, to all hosts of the group')
    .option('--wait', 'until it is over; its result is the exit status')
    .action(async (id, options) => (await import('./verbs/deployments.js')).redeploy(id, options))
  sub('retry <id>', 'deploy its revision again, to the hosts that did not succeed')
    .option('--wait', 'until it is over; its result is the exit status')
    .action(async (id, options) =>
      (await import('./verbs/deployments.js')).redeploy(id, { ...options, failedOnly: true }),
    )
  sub('stop <id>', 'stop one that was begun by hand; one of a pipeline ends with its execution').action(
    async (id, options) => (await import('./verbs/deployments.js')).stopDeployment(id, options),
  )
  const appspec = program.command('appspec').description('AppSpec files')
  withOutput(
    where(
      appspec
        .command('check <path...>')
        .description(
          'say everything that is wrong with AppSpec files, or with folders of bundles, and what they would do',
        ),
    ),
  )
    .option('--group <name>', 'APPLICATION/GROUP of penstock.yaml, whose hosts are then named')
    .action(async (paths, options) => (await import('./appspec-check.js')).checkAppSpecs(paths, options))
  where(appspec.command('schema').description('print the JSON Schema of AppSpec files, for editors')).action(
    async (options) => (await import('./appspec-check.js')).printAppSpecSchema(options),
  )
}

function addSecrets(program: Command, where: (command: Command) => Command): void {
  const secrets = program.command('secret').description('what {{secret:NAME}} stands for in pipelines')
  const verb = (usage: string, text: string) => withOutput(withServer(where(secrets.command(usage).description(text))))
  const each = (value: string, before: readonly string[] = []) => [...before, value]
  const load = () => import('./secret.js')
  verb('set <name>', 'make or change one; its value comes from standard input')
    .option('--pipeline <pattern>', 'for which pipelines (team-*); may be given again; all unless given', each)
    .option('--stage <pattern>', 'for which stages; may be given again; all unless given', each)
    .action(async (name, options) => (await load()).setSecret(name, options))
  verb('list', 'all of them, without their values').action(async (options) => (await load()).listSecrets(options))
  verb('rm <name>', 'forget one').action(async (name, options) => (await load()).removeSecret(name, options))
}

function addForks(program: Command, where: (command: Command) => Command): void {
  const forks = program.command('fork').description("pull requests from forks that wait for somebody's word")
  const verb = (usage: string, text: string) => withOutput(withServer(where(forks.command(usage).description(text))))
  const load = () => import('./fork.js')
  verb('list [pipeline]', 'those that wait, of one pipeline or of all').action(async (name, options) =>
    (await load()).listForks(name, options),
  )
  for (const answer of ['approve', 'reject'] as const)
    verb(`${answer} <pipeline> <commit>`, answer === 'approve' ? 'run just this commit' : 'forget it').action(
      async (name, commit, options) => (await load()).answerFork(answer, name, commit, options),
    )
}

function addDeliveries(program: Command, where: (command: Command) => Command): void {
  const verb = (parent: Command, usage: string, text: string, isDefault = false) =>
    withOutput(withServer(where(parent.command(usage, { isDefault }).description(text))))
  const deliveries = program
    .command('deliveries')
    .description('notifications: what arrived, what waits, what was given up')
  const load = () => import('./deliveries.js')
  verb(deliveries, 'list [pipeline]', 'the newest first; of one pipeline, or of all', true)
    .addOption(new Option('--status <status>', 'only those').choices(['Pending', 'Delivered', 'GivenUp']))
    .option('--max <number>', 'at most so many; 100 unless given', wholeNumberOf(1, 1_000))
    .action(async (name, options) => (await load()).listDeliveries(name, options))
  verb(deliveries, 'redeliver <delivery>', 'once more, under the same id').action(async (id, options) =>
    (await load()).redeliver(id, options),
  )
}
