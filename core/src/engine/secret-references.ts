import { Fault, type FaultDetail } from '../domain/faults.js'
import type { ActionDeclaration, PipelineDeclaration } from '../domain/pipeline.js'
import { secretNames, secretValueNames } from '../domain/secret-reference.js'
import { references } from '../domain/variables.js'
import type { Engine } from './engine.js'

/**
 * Refuses a pipeline that names secrets which it may not have, or which are nowhere, and warns of what is dangerous.
 * Errors: InvalidActionDeclarationException naming every place.
 */
export async function refuseSecrets(engine: Engine, pipeline: PipelineDeclaration): Promise<void> {
  const { name: pipelineName, stages } = pipeline
  for (const { path, message } of shellWarnings(engine.types, pipeline)) engine.warn?.(pipelineName, path, message)
  if (!engine.secretProblem) return
  const problems: string[] = []
  for (const [s, { name: stageName, actions }] of stages.entries())
    for (const [a, action] of actions.entries())
      for (const [place, name] of namedIn(action)) {
        const problem = await engine.secretProblem(name, { pipelineName, stageName, actionName: action.name })
        if (problem !== undefined) problems.push(`stages[${s}].actions[${a}].${place}: ${problem}`)
      }
  if (problems.length > 0) throw new Fault('InvalidActionDeclarationException', problems.join('; '))
}

/** Each secret that an action names, and where. */
function namedIn({ configuration = {}, environmentVariables = [] }: ActionDeclaration): [string, string][] {
  return [
    ...Object.entries(configuration).flatMap(([property, text]) =>
      secretNames(text).map((name): [string, string] => [`configuration.${property}`, name]),
    ),
    ...environmentVariables.flatMap(({ name, value, type }) =>
      (type === 'SECRETS_MANAGER' ? [value] : secretNames(value)).map((secret): [string, string] => [
        `environmentVariables.${name}`,
        secret,
      ]),
    ),
  ]
}

/** A value that somebody else may choose stands in a text that a shell runs: each place, and the safe way. */
export function shellWarnings(
  types: Pick<Engine['types'], 'properties'>,
  pipeline: PipelineDeclaration,
): FaultDetail[] {
  return pipeline.stages.flatMap(({ actions }, s) =>
    actions.flatMap(({ actionTypeId, configuration = {} }, a) =>
      Object.entries(configuration).flatMap(([property, text]) => {
        if (types.properties(actionTypeId)?.[property]?.format !== 'shell') return []
        const found = [
          ...references(text).map(({ namespace, key }) => `#{${namespace}.${key}}`),
          ...secretValueNames(text).map((name) => `{{secret:${name}}}`),
        ].filter((reference) => !reference.startsWith('#{codepipeline.'))
        if (found.length === 0) return []
        return [
          {
            path: `stages[${s}].actions[${a}].configuration.${property}`,
            message: `${found.join(', ')} becomes part of the shell's code, whatever it holds: give it in Environment, and write "$NAME" here`,
          },
        ]
      }),
    ),
  )
}
