/** What an author wants to know of each hook, in one table: `penstock hooks` and plugins/HOOKS.md are made from it. */
import type { HookName } from './hook-names.js'

/** One hook. */
export interface HookFacts {
  /** Tapable's kind: all taps at once; each with what the one before it answered; one after another until one answers. */
  readonly kind: 'parallel' | 'waterfall' | 'bail'
  readonly when: string
  /** What it comes before and after. */
  readonly order: string
  /** What a tap may answer; nothing is heard where this is absent. */
  readonly answer?: string
  /** How often one event may come. */
  readonly told: string
  /** What becomes of the server's work when a tap throws or takes too long. */
  readonly onFailure: string
  /** A file that works as it stands. */
  readonly example: string
}

const outbox =
  'At least once: it is written down with what happened, and told again when a server dies before all taps have ended. Every event of one pipeline comes in order, on whichever server tells it.'
const once = 'Once for each start of a server, on that server.'
const goesOn = 'Nothing: it is a problem of the plugin, and the others are told.'

function example(name: string, body: string): string {
  return `import { definePlugin } from '@penstock/core'

export default definePlugin({
  name: '${name}',
  apiVersion: '^1.0',
  register(api) {
${body
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
  },
})
`
}

/** Every hook, in the order of a run. */
export const hookCatalogue: Readonly<Record<HookName, HookFacts>> = {
  serverStart: {
    kind: 'parallel',
    when: 'All plugins are started and the port is open.',
    order: 'After every onStart, before the first action runs.',
    told: once,
    onFailure: goesOn,
    example: example('hello', "api.hooks.serverStart(({ address }) => api.log.info('open', { address }))"),
  },
  pipelineChanged: {
    kind: 'parallel',
    when: 'A pipeline was created, has another version, or was deleted; `by` is the ARN of whoever did it.',
    order:
      '`created` comes before the first `executionChanged` of the pipeline; after `deleted` nothing more comes of it.',
    told: outbox,
    onFailure: goesOn,
    example: example(
      'registry',
      'api.hooks.pipelineChanged(({ pipelineName, change, by }) => api.log.info(change, { pipelineName, by }))',
    ),
  },
  revisionFound: {
    kind: 'waterfall',
    when: 'A poll, a webhook or a plugin saw something new in a source.',
    order:
      'Before git triggers judge the revision, so before any execution. The taps are asked one after another: lower `stage` first, then in the order of the plugins; each gets what the one before it answered.',
    answer: 'The event, or another one with a revision changed; `undefined` drops the revision.',
    told: 'At least once for each revision: a poll that could not be written down sees it again.',
    onFailure: 'The revision goes on as it came to that tap: what is wrong with a plugin loses none.',
    example: example(
      'no-bots',
      "api.hooks.revisionFound((event) => (event.revision.author === 'bot' ? undefined : event), { stage: -10 })",
    ),
  },
  executionChanged: {
    kind: 'parallel',
    when: 'An execution began (`InProgress`), stopped, was superseded or cancelled, succeeded or failed. A failed one names the action and why.',
    order: '`InProgress` before everything else of the execution; the final status after its last action and stage.',
    told: outbox,
    onFailure: goesOn,
    example: example(
      'tell',
      `api.hooks.executionChanged(({ pipelineName, status, failed }) => {
  if (status !== 'Failed') return
  const why = failed ? \`\${failed.stageName}/\${failed.actionName}: \${failed.error.message}\` : 'a condition'
  api.log.warn(\`\${pipelineName} failed: \${why}\`)
})`,
    ),
  },
  stageChanged: {
    kind: 'parallel',
    when: 'An execution entered a stage (`InProgress`), or its time there ended or is being ended; a retry enters it again.',
    order: "Entering comes before the stage's first action, its end after the last one.",
    told: outbox,
    onFailure: goesOn,
    example: example(
      'stages',
      "api.hooks.stageChanged(({ stageName, status }) => api.log.info('stage', { stageName, status }))",
    ),
  },
  beforeAction: {
    kind: 'bail',
    when: 'A worker has claimed a job, and the action is about to run. Not asked again when a restarted server takes up a running action.',
    order:
      'After the `actionChanged` that says `InProgress` was written down, before the provider is called; it may be asked before that event is told. Taps are asked one after another: lower `stage` first; the first text counts.',
    answer: 'A text is why the action must not run: it fails with that. Anything else lets it run.',
    told: 'At least once for each run of an action.',
    onFailure:
      "The action runs, unless the tap was given `{ onFailure: 'closed' }`: then it fails with the reason. A closed gate stays closed while its plugin is `failed`, and opens when somebody switches the plugin off.",
    example: example(
      'freeze',
      `api.hooks.beforeAction(
  ({ stageName }) => (stageName === 'Production' ? 'production is frozen' : undefined),
  { onFailure: 'closed' },
)`,
    ),
  },
  approvalNeeded: {
    kind: 'parallel',
    when: 'An approval waits for somebody; the token is what an answer needs.',
    order: 'With the `actionChanged` of the approval that says `InProgress`.',
    told: outbox,
    onFailure: goesOn,
    example: example(
      'ask',
      "api.hooks.approvalNeeded(({ pipelineName, actionName }) => api.log.info('approve', { pipelineName, actionName }))",
    ),
  },
  actionChanged: {
    kind: 'parallel',
    when: 'An action began (its job is queued: `InProgress`), told of progress with a continuation, was abandoned, succeeded or failed. A failed one has `error` with code and reason, and the reason as `summary`.',
    order: 'After the stage was entered, before its end.',
    told: outbox,
    onFailure: goesOn,
    example: example(
      'failures',
      `api.hooks.actionChanged(({ actionName, error }) => {
  if (error) api.log.warn(\`\${actionName}: \${error.message}\`, { code: error.code })
})`,
    ),
  },
  artifactStored: {
    kind: 'parallel',
    when: 'An output artifact of an action that succeeded lies in the store.',
    order: 'Right after the `actionChanged` of the action.',
    told: outbox,
    onFailure: goesOn,
    example: example(
      'sizes',
      "api.hooks.artifactStored(({ name, size }) => void (size > 1e9 && api.log.warn('a large artifact', { name, size })))",
    ),
  },
  transitionChanged: {
    kind: 'parallel',
    when: 'Somebody disabled or enabled a transition; `stageName` is the stage that it leads into.',
    order: 'Before what enters the stage because of it.',
    told: outbox,
    onFailure: goesOn,
    example: example(
      'doors',
      "api.hooks.transitionChanged(({ stageName, enabled, reason = '' }) => api.log.info('door', { stageName, enabled, reason }))",
    ),
  },
  serverStop: {
    kind: 'parallel',
    when: 'The server is about to stop; running steps go on without it.',
    order: "Before the plugins' onStop.",
    told: 'Once for each orderly stop; a server that is killed tells nothing.',
    onFailure: goesOn,
    example: example('bye', "api.hooks.serverStop(({ reason }) => api.log.info('stopping', { reason }))"),
  },
}
