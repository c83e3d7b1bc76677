/** Runs a case and checks what every run must keep to, however it ends. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ActionProvider } from '../../host/action-provider.js'
import type { RuleProvider } from '../../host/rule-provider.js'
import type { ActionRun } from '../run-action.js'
import { type OnTrialEvent, Trial } from '../trial.js'
import { type ActionCase, optionsOf, secretsOf } from './fixtures.js'
import { children, straysOf } from './stray-processes.js'

export type AnyProvider = Pick<ActionProvider, 'provider' | 'configuration' | 'run'> &
  Partial<Pick<ActionProvider, 'category' | 'validate' | 'idempotent'>>

/** A trial of the case, with a signal of the suite's own. */
export async function makeTrial(provider: AnyProvider, given: ActionCase, signal?: AbortSignal): Promise<Trial> {
  return Trial.make(provider as unknown as RuleProvider, { ...optionsOf(given), ...(signal ? { signal } : {}) })
}

/** Runs the case once. Errors: AssertionError for a secret that shows, for dishonest progress, for processes left running. */
export async function runChecked(
  provider: AnyProvider,
  given: ActionCase,
  options: { readonly signal?: AbortSignal; readonly onEvent?: OnTrialEvent } = {},
): Promise<ActionRun> {
  const trial = await makeTrial(provider, given, options.signal)
  const before = children()
  const run = await trial.run(options.onEvent)
  await checkRun(provider, given, trial, run, before)
  return run
}

/** As runChecked, for a trial that has ended by other ways. */
export async function checkRun(
  provider: AnyProvider,
  given: ActionCase,
  trial: Trial,
  run: ActionRun,
  before: ReadonlySet<number>,
): Promise<void> {
  assertNoSecret(provider, given, run)
  assertHonest(run)
  const left = await straysOf(trial.data.actionExecutionId, before)
  assert.deepEqual(left, [], `processes are left running after the action ended: run commands with ctx.exec`)
}

function assertNoSecret(provider: AnyProvider, given: ActionCase, run: ActionRun): void {
  const { log, result, failure, progress, checkpoints, outputs } = run
  const shown: Record<string, string> = {
    'the log': log,
    'the result': JSON.stringify(result ?? {}),
    'the failure': JSON.stringify(failure ?? {}),
    progress: JSON.stringify(progress),
    'a checkpoint': JSON.stringify(checkpoints),
  }
  for (const [name, folder] of Object.entries(outputs)) shown[`the output artifact ${name}`] = textOf(folder)
  for (const secret of secretsOf(provider.configuration, given)) {
    for (const [where, text] of Object.entries(shown)) {
      const remedy = 'call ctx.mask with values that you learn, and do not put secrets out'
      assert.ok(!text.includes(secret), `${where} shows a secret (${secret.slice(0, 2)}...): ${remedy}`)
    }
  }
}

function textOf(folder: string): string {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n')
}

function assertHonest({ progress }: ActionRun): void {
  let last = 0
  for (const { percentComplete } of progress) {
    if (percentComplete === undefined) continue
    const right = 'a number from 0 to 100 that never falls is right; leave percentComplete out when nobody can know it'
    assert.ok(percentComplete >= 0 && percentComplete <= 100, `progress of ${percentComplete} %: ${right}`)
    assert.ok(percentComplete >= last, `progress fell from ${last} % to ${percentComplete} %: ${right}`)
    last = percentComplete
  }
}

/** Why it failed, for messages of assertions. */
export function reasonOf({ failure, log }: ActionRun): string {
  return failure ? `${failure.type}: ${failure.message}; its log:\n${log.slice(-2_000)}` : 'it succeeded'
}
