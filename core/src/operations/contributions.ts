/** What plugins add to the console and the command line: who may see and use it, by one table for page, API and commands. */
import type { Principal } from '../domain/access.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import type { Visitor } from '../host/contributions/contributions.js'
import { map, structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { actionName, executionId, pipelineName, stageName } from './shapes/names.js'

const plugin = text({ min: 1, max: 64, pattern: '[a-z0-9-]+' })
const id = text({ min: 1, max: 64, pattern: '[a-z0-9-]+' })
const form = text({ min: 1, max: 64, pattern: '[a-zA-Z0-9-]+' })
const values = map(text({ min: 1, max: 128 }), text({ max: 65_536 }), { max: 100 })
/** The right to do what a plugin offers beside pipelines. */
const use = 'penstock:UsePlugin'

/** What a panel is about. */
const subject = structure(
  { pipelineName },
  { pipelineExecutionId: executionId, stageName, actionName, actionExecutionId: executionId },
)

/** Everything that is contributed, with the fields of its forms. */
export const listContributions = operation({
  name: 'ListContributions',
  service: 'penstock',
  action: 'codepipeline:ListActionTypes',
  input: structure({}),
  resource: (_, arns) => arns.everything(),
  run: async ({ contributions }) => ({ contributions: contributions.list() }),
})

/** What a panel shows of a pipeline; no content when it has nothing to say. Errors: ConflictException in the plugin's words. */
export const getPanel = operation({
  name: 'GetPanel',
  service: 'penstock',
  action: 'codepipeline:GetPipeline',
  input: structure({ plugin, id, subject }),
  resource: ({ subject: { pipelineName: name } }, arns) => arns.pipeline(name),
  run: ({ contributions }, by, { plugin: name, id: panel, subject: about }) =>
    answered(async () => ({
      ...defined({ content: await contributions.show({ plugin: name, kind: 'panel', id: panel }, about, visitor(by)) }),
    })),
})

/** Sends a panel's form. Errors: ValidationException for its fields; ConflictException in the plugin's words. */
export const submitPanel = operation({
  name: 'SubmitPanel',
  service: 'penstock',
  action: 'codepipeline:StartPipelineExecution',
  input: structure({ plugin, id, form, subject }, { values }),
  resource: ({ subject: { pipelineName: name } }, arns) => arns.pipeline(name),
  changes: true,
  detail: (input) => `${input.plugin}/${input.id}/${input.form}`,
  run: ({ contributions }, by, { plugin: name, id: panel, form: sent, subject: about, values: given = {} }) =>
    answered(async () => ({
      ...defined({
        said: await contributions.submit({ plugin: name, kind: 'panel', id: panel }, sent, given, about, visitor(by)),
      }),
    })),
})

/** What a plugin's page shows. Errors: ConflictException in the plugin's words. */
export const getPluginPage = operation({
  name: 'GetPluginPage',
  service: 'penstock',
  action: 'codepipeline:ListPipelines',
  input: structure({ plugin, id }, { query: values }),
  resource: (_, arns) => arns.everything(),
  run: ({ contributions }, by, { plugin: name, id: page, query = {} }) =>
    answered(async () => ({
      ...defined({ content: await contributions.show({ plugin: name, kind: 'page', id: page }, query, visitor(by)) }),
    })),
})

/** Sends a form of a plugin's page. Errors: as SubmitPanel. */
export const submitPluginPage = operation({
  name: 'SubmitPluginPage',
  service: 'penstock',
  action: use,
  input: structure({ plugin, id, form }, { query: values, values }),
  resource: ({ plugin: name }, arns) => arns.plugin(name),
  changes: true,
  detail: (input) => `${input.id}/${input.form}`,
  run: ({ contributions }, by, { plugin: name, id: page, form: sent, query = {}, values: given = {} }) =>
    answered(async () => ({
      ...defined({
        said: await contributions.submit({ plugin: name, kind: 'page', id: page }, sent, given, query, visitor(by)),
      }),
    })),
})

/** Runs a plugin's verb of the command line. Errors: as SubmitPanel. */
export const runPluginCommand = operation({
  name: 'RunPluginCommand',
  service: 'penstock',
  action: use,
  input: structure({ plugin, command: id }, { values }),
  resource: ({ plugin: name }, arns) => arns.plugin(name),
  changes: true,
  detail: ({ command }) => command,
  run: ({ contributions }, by, { plugin: name, command, values: given = {} }) =>
    answered(() => contributions.run({ plugin: name, kind: 'command', id: command }, given, visitor(by))),
})

/** The values that are offered for a property while an action is configured. Errors: ConflictException in the plugin's words. */
export const listPropertyChoices = operation({
  name: 'ListPropertyChoices',
  service: 'penstock',
  action: 'codepipeline:ListActionTypes',
  input: structure(
    { actionType: text({ min: 1, max: 200 }), property: text({ min: 1, max: 100 }) },
    { configuration: values },
  ),
  resource: (_, arns) => arns.everything(),
  run: ({ contributions }, by, { actionType, property, configuration = {} }) =>
    answered(async () => {
      const wanted = `${actionType}/${property}`
      const one = contributions.list().find((each) => each.kind === 'choices' && each.id === wanted)
      if (!one) return { choices: [] }
      return {
        choices: await contributions.choices(
          { plugin: one.plugin, kind: 'choices', id: wanted },
          configuration,
          visitor(by),
        ),
      }
    }),
})

function visitor({ name, arn }: Principal): Visitor {
  return { name, arn }
}

/** A plugin's refusal in its own words, and a visitor's mistake as one. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (error.name === 'ValuesRefused') throw new Fault('ValidationException', error.message, [], { cause: error })
    if (error.name === 'NoContribution' || error.name === 'ContributionFailed')
      throw new Fault('ConflictException', error.message, [], { cause: error })
    throw error
  }
}
