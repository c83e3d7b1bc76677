/**
 * A `terraform` that keeps to the documented protocol of its command line, where the real one is not to be had: init,
 * workspaces, `plan -detailed-exitcode` (0, 1, 2), saved plans that are stale once the state has changed, `show -json`,
 * `output -json`. The code is main.tf with lines such as `resource "file" "a" = "value"` and `output "x" = "y"`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const script = `#!${process.execPath}
const { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const args = process.argv.slice(2)
const data = process.env.TF_DATA_DIR || '.terraform'
const die = (text) => { console.error('\\nError: ' + text + '\\n'); process.exit(1) }
const value = (name) => { const found = args.find((arg) => arg.startsWith(name + '=')); return found && found.slice(name.length + 1) }
const all = (name) => args.filter((arg) => arg.startsWith(name + '=')).map((arg) => arg.slice(name.length + 1))
appendFileSync(join(__dirname, 'calls'), JSON.stringify(args) + '\\n')
const [verb, sub] = args
if (process.env.TF_IN_AUTOMATION !== 'true') die('not in automation')
if (verb === 'init') {
  mkdirSync(data, { recursive: true })
  const backend = Object.fromEntries(all('-backend-config').map((pair) => pair.split(/=(.*)/s).slice(0, 2)))
  if (!backend.path) die('backend "local" needs path')
  mkdirSync(backend.path, { recursive: true })
  writeFileSync(join(data, 'backend'), backend.path)
  writeFileSync('.terraform.lock.hcl', '# locked\\n')
  console.log('Terraform has been successfully initialized!')
  process.exit(0)
}
if (!existsSync(join(data, 'backend'))) die('Backend initialization required, please run "terraform init"')
const backend = readFileSync(join(data, 'backend'), 'utf8')
const environment = join(data, 'environment')
const workspace = existsSync(environment) ? readFileSync(environment, 'utf8') : 'default'
const stateOf = (name) => join(backend, name + '.tfstate')
const read = () => existsSync(stateOf(workspace)) ? JSON.parse(readFileSync(stateOf(workspace), 'utf8')) : { serial: 0, resources: {}, outputs: {} }
if (verb === 'workspace') {
  const name = args.at(-1)
  if (sub === 'select' && !existsSync(stateOf(name))) die('Workspace "' + name + '" doesn\\'t exist.')
  if (sub === 'new') writeFileSync(stateOf(name), JSON.stringify({ serial: 0, resources: {}, outputs: {} }))
  writeFileSync(environment, name)
} else if (verb === 'plan') {
  const text = readFileSync('main.tf', 'utf8')
  if (text.includes('SLOW')) { console.log('begun'); setTimeout(() => {}, 60_000); return }
  if (text.includes('BROKEN')) die('Invalid block definition')
  const variables = Object.fromEntries(all('-var').map((pair) => pair.split(/=(.*)/s).slice(0, 2)))
  for (const file of all('-var-file')) for (const line of readFileSync(file, 'utf8').split('\\n')) {
    const [, name, said] = /^(\\w+) *= *"(.*)"$/.exec(line) || []
    if (name) variables[name] = said
  }
  const fill = (said) => said.replace(/\\$\\{var\\.(\\w+)\\}/g, (_, name) => variables[name] ?? die('No value for required variable ' + name))
  const wanted = {}; const outputs = {}
  for (const [, kind, type, name, said] of text.matchAll(/^(resource|output|secret) "(\\w+)"(?: "(\\w+)")? = "(.*)"$/gm)) {
    if (kind === 'resource') wanted[type + '.' + name] = fill(said)
    else outputs[type] = { sensitive: kind === 'secret', type: 'string', value: fill(said) }
  }
  const state = read()
  const resources = args.includes('-destroy') ? {} : wanted
  const changes = [...new Set([...Object.keys(resources), ...Object.keys(state.resources)])].map((address) => {
    const [before, after] = [state.resources[address], resources[address]]
    const actions = before === undefined ? ['create'] : after === undefined ? ['delete'] : before === after ? ['no-op'] : after.startsWith('new') ? ['delete', 'create'] : ['update']
    return { address, mode: 'managed', change: { actions, before: before ?? null, after: after ?? null } }
  })
  const plan = { format_version: '1.2', terraform_version: '1.9.0', resource_changes: changes, output_changes: {}, next: { serial: state.serial + 1, resources, outputs } }
  writeFileSync(value('-out'), JSON.stringify({ plan, serial: state.serial, workspace }))
  const some = changes.some(({ change }) => change.actions[0] !== 'no-op')
  console.log(some ? 'Terraform will perform the following actions' : 'No changes. Your infrastructure matches the configuration.')
  process.exit(args.includes('-detailed-exitcode') && some ? 2 : 0)
} else if (verb === 'show') {
  const { next, ...plan } = JSON.parse(readFileSync(args.at(-1), 'utf8')).plan
  process.stdout.write(JSON.stringify(plan))
} else if (verb === 'apply') {
  const { plan, serial, workspace: planned } = JSON.parse(readFileSync(args.at(-1), 'utf8'))
  if (planned !== workspace) die('The plan was made for workspace ' + planned)
  if (read().serial !== serial) die('Saved plan is stale')
  writeFileSync(stateOf(workspace), JSON.stringify(plan.next))
  console.log('Apply complete!', process.env.CLOUD_TOKEN || '')
} else if (verb === 'output') process.stdout.write(JSON.stringify(read().outputs))
else die('Terraform has no command named "' + verb + '".')
`

export interface StandIn {
  /** The command lines since it was last asked. */
  calls(): string[][]
}

/** Puts it into a folder for the PATH. */
export function installStandIn(folder: string): StandIn {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'terraform'), script, { mode: 0o755 })
  return {
    calls: () => {
      const text = existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : ''
      writeFileSync(join(folder, 'calls'), '')
      return text
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as string[])
    },
  }
}
