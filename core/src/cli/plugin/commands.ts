/** `penstock plugin ...`: one command per file, loaded when it is called. */
import type { Command } from 'commander'
import { wholeNumberOf, withOutput, withServer } from '../options.js'

/** Adds them; `where` gives a command the options that name an installation. */
export function addPlugins(program: Command, where: (command: Command) => Command): void {
  const plugins = program.command('plugin').description('plugins: write, check, test, add and remove them')
  withOutput(where(plugins.command('list').description('every plugin, its state and what it provides'))).action(
    async (options) => (await import('./list.js')).listPlugins(options),
  )
  withOutput(
    where(plugins.command('status <name>').description('one plugin: versions, problems, who needs it')),
  ).action(async (name, options) => (await import('./status.js')).pluginStatus(name, options))
  addAuthoring(plugins)
  addDeveloping(plugins, where)
  addSet(plugins, where)
  withOutput(
    withServer(where(plugins.command('run [plugin] [command] [values...]').description('a verb that a plugin brings'))),
  ).action(async (plugin, command, values, options) =>
    (await import('./run.js')).runCommand(plugin, command, values, options),
  )
  for (const [verb, what] of Object.entries(control)) {
    where(plugins.command(`${verb} <name>`).description(what)).action(async (name, options) =>
      (await import('./control.js')).controlPlugin(verb as keyof typeof control, name, options),
    )
  }
  where(plugins.command('add <what>').description('a package, tarball, folder or source file')).action(
    async (what, options) => (await import('./add.js')).addPlugin(what, options),
  )
  where(plugins.command('remove <name>').description('the package and its entry of penstock.yaml')).action(
    async (name, options) => (await import('./remove.js')).removePlugin(name, options),
  )
  where(
    plugins.command('rollback').description('bring back the packages as they were before the last add or remove'),
  ).action(async (options) => (await import('./rollback.js')).rollBack(options))
}

/** What the running server is asked for. */
const control = {
  reload: 'load its code and configuration anew in the running server; running actions end with the old',
  enable: 'switch it on again in the running server',
  disable: 'switch it off, now and after a restart; running actions come to their end',
} as const

function addDeveloping(plugins: Command, where: (command: Command) => Command): void {
  where(
    plugins
      .command('dev [dir]')
      .description('after each change: types, check, contract tests, and a reload in the running server'),
  )
    .option('--once', 'one round; status 1 when something is wrong')
    .option('--no-tests', 'leave the contract tests out')
    .action(async (dir, options) => (await import('./dev.js')).developPlugin(dir ?? '.', options))
}

/** The set of plugins: penstock.yaml's versions and the lock file beside it. */
function addSet(plugins: Command, where: (command: Command) => Command): void {
  withOutput(
    where(plugins.command('install').description('make what is installed what penstock.yaml and its lock file say'))
      .option('--frozen', 'exactly the lock file, or nothing')
      .option('--bundle <file>', 'from a bundle; no registry is asked'),
  ).action(async (options) => (await import('./install.js')).installPlugins(options))
  where(
    plugins
      .command('bundle [file]')
      .description('all that the lock file names in one file, for machines without a network'),
  ).action(async (file, options) =>
    (await import('./install.js')).bundlePlugins(file ?? 'penstock-plugins.tgz', options),
  )
  withOutput(
    where(plugins.command('outdated').description('what is newer at the registry; status 1 if something is')),
  ).action(async (options) => (await import('./outdated.js')).outdatedPlugins(options))
  where(
    plugins
      .command('upgrade <name>')
      .description('a newer version: tried and tested first, and taken back if it fails'),
  )
    .option('--to <version>', 'this one, or the newest of a range')
    .option('--no-tests', 'do not run the contract tests that it brings')
    .action(async (name, options) => (await import('./upgrade.js')).upgradePlugin(name, options))
  withOutput(
    plugins.command('search [words...]').description('plugins at the npm registry, with what to know of them'),
  ).action(async (words, options) => (await import('./outdated.js')).searchPlugins(words, options))
}

function addAuthoring(plugins: Command): void {
  withNewOptions(plugins.command('new <name>').description('write a new plugin, with test and README')).action(
    async (name, options) => (await import('./new.js')).newPlugin(name, options),
  )
  withOutput(
    plugins.command('check [dir]').description('look for mistakes in a plugin, without running its jobs'),
  ).action(async (dir, options) => (await import('./check.js')).checkPlugin(dir ?? '.', options))
  plugins
    .command('test [dir]')
    .description("run a plugin's tests with this host's tools; nothing need be installed")
    .option('--minutes <n>', 'end them when they take longer, 10 unless given', wholeNumberOf(1, 1440))
    .action(async (dir, { minutes }) => (await import('./test.js')).testPlugin(dir ?? '.', minutes))
  plugins
    .command('build [dir]')
    .description("compile a plugin into its manifest's entry")
    .action(async (dir) => (await import('./build.js')).buildPlugin(dir ?? '.'))
}

/** The options of `plugin new`, which `npm create penstock-plugin` has too. */
export function withNewOptions(command: Command): Command {
  return command
    .option('--kind <name>', 'provider unless given; notifier, hook, service, panel or secret-store')
    .option('--category <name>', 'Source, Build, Test, Deploy, Invoke or Rule')
    .option('--provider <name>', 'the name in pipelines')
    .option('--description <text>', 'one line')
    .option('--property <property...>', 'NAME:TYPE:FLAG..., such as Name:string:required or Token:string:secret')
    .option('--dir <folder>', 'where to; penstock-plugin-NAME here unless given')
    .option('--bundled', "for Penstock's own repository")
    .option('--yes', 'ask nothing')
}
