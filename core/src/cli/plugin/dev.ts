import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Config } from '../../app/config.js'
import type { PluginStatus } from '../../host/services.js'
import { checkPluginFolder } from '../../scaffold/check-plugin.js'
import type { WhereOptions } from '../main.js'
import { configOf } from '../where.js'
import { askIfRunning } from './server.js'
import { runTests, testsOf, usualMinutes } from './test.js'
import { typeErrors } from './types.js'
import { watchFolder } from './watch-folder.js'

interface DevOptions extends WhereOptions {
  /** One round, and the status of it. */
  readonly once?: boolean
  readonly tests: boolean
}

/**
 * `penstock plugin dev [DIR]`: after each change it checks types and declarations, runs the contract tests, and, when all is
 * well, loads the plugin anew in the server that runs on the data folder. Ends with Ctrl-C.
 */
export async function developPlugin(dir: string, options: DevOptions): Promise<void> {
  const [folder, config] = [resolve(dir), configOf(options)]
  if (options.once) {
    if (!(await round(folder, config, options.tests))) process.exitCode = 1
    return
  }
  const changes = watchFolder(folder)
  try {
    for (;;) {
      await round(folder, config, options.tests)
      say('waiting for changes (Ctrl-C ends it)')
      if (!(await changes.next())) return
    }
  } finally {
    changes.close()
  }
}

/** True when all is well; each step only where the one before it was. */
async function round(folder: string, config: Config, tests: boolean): Promise<boolean> {
  const types = await typeErrors(folder)
  if (types === undefined) say('types: not checked: npm install --save-dev typescript @types/node')
  else if (types.length > 0) return failed('types', types)
  else say('types: well')
  const { name, problems, provides } = await checkPluginFolder(folder)
  if (problems.length > 0) return failed('check', problems)
  say(`check: well${provides.length > 0 ? ` (${provides.join(', ')})` : ''}`)
  if (tests && testsOf(folder).length > 0) {
    const modules = join(folder, 'node_modules')
    const status = await runTests(folder, existsSync(modules) ? modules : tmpdir(), usualMinutes)
    if (status !== 0) return failed('tests', ['see above'])
    say('tests: well')
  }
  return reload(config, name)
}

async function reload({ dataDir }: Config, name: string): Promise<boolean> {
  try {
    const status = (await askIfRunning(dataDir, { command: 'plugin reload', name })) as PluginStatus | null | undefined
    if (status === undefined) say(`reload: no server runs on ${dataDir}`)
    else if (status?.state === 'started') say(`reload: ${name} runs in the server`)
    else return failed('reload', status ? status.problems.slice(-1) : ['penstock.yaml does not name this folder'])
    return true
  } catch (error) {
    return failed('reload', [(error as Error).message])
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function failed(step: string, lines: readonly string[]): false {
  say(`${step}: failed\n${lines.map((line) => `  ${line}`).join('\n')}`)
  return false
}
