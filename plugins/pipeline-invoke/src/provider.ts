import {
  type ActionProvider,
  type ConfigurationOf,
  defineAction,
  isFault,
  JobFailed,
  type OperationInput,
  type PropertyDeclarations,
} from '@penstock/core'

const properties = {
  PipelineName: { description: 'The pipeline that is started', required: true, key: true, example: 'site' },
  SourceRevisions: {
    description: 'JSON: which revisions it gets',
    example: '[{"actionName": "Fetch", "revisionType": "COMMIT_ID", "revisionValue": "#{Source.CommitId}"}]',
  },
  Variables: {
    description: 'JSON: values of its variables',
    example: '[{"name": "Stage", "value": "test"}]',
  },
} as const satisfies PropertyDeclarations

type StartInput = OperationInput<'startPipelineExecution'>

/** Starts an execution. Errors: what the operation refuses. */
export type Start = (input: StartInput) => Promise<{ readonly pipelineExecutionId: string }>

/** Invoke/AWS/CodePipeline: starts another pipeline, and does not wait for it. */
export function pipelineInvoke(start: Start): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Invoke',
    owner: 'AWS',
    provider: 'CodePipeline',
    description: 'Starts another pipeline',
    inputArtifacts: [0, 5],
    configuration: properties,
    // The token makes a second start the first one.
    idempotent: true,
    validate,
    async run(job, ctx) {
      const { PipelineName: name } = job.configuration
      if (name === job.pipelineName)
        throw new JobFailed(`PipelineName ${name}: a pipeline does not start itself`, 'ConfigurationError')
      if (job.untrusted)
        throw new JobFailed(
          `PipelineName ${name}: this execution runs code of strangers, from a fork's pull request, and starts no other pipeline`,
          'PermissionError',
        )
      const { pipelineExecutionId } = await started(start, {
        name,
        clientRequestToken: `invoke-${job.actionExecutionId}`,
        ...lists(job.configuration),
      })
      ctx.log.line(`Started ${name}: ${pipelineExecutionId}`)
      return {
        summary: `started ${name}`,
        externalExecutionId: pipelineExecutionId,
        outputVariables: { PipelineExecutionId: pipelineExecutionId },
      }
    },
  })
}

async function started(start: Start, input: StartInput): ReturnType<Start> {
  try {
    return await start(input)
  } catch (error) {
    if (!isFault(error)) throw error
    const type = /Limit|Concurrent|Conflict/.test(error.code) ? 'SystemUnavailable' : 'ConfigurationError'
    throw new JobFailed(`PipelineName ${input.name}: ${error.message}`, type)
  }
}

type Configuration = Pick<ConfigurationOf<typeof properties>, 'SourceRevisions' | 'Variables'>

/** As validate has found them right. */
function lists({ SourceRevisions, Variables }: Configuration): Pick<StartInput, 'sourceRevisions' | 'variables'> {
  return {
    ...(SourceRevisions === undefined ? {} : { sourceRevisions: JSON.parse(SourceRevisions) }),
    ...(Variables === undefined ? {} : { variables: JSON.parse(Variables) }),
  }
}

function validate({ SourceRevisions, Variables }: Configuration): string[] {
  return [
    ...listProblems('SourceRevisions', SourceRevisions, ['actionName', 'revisionType', 'revisionValue']),
    ...listProblems('Variables', Variables, ['name', 'value']),
  ]
}

/** A list of objects that have just these members, each a text. */
function listProblems(property: string, text: string | undefined, members: readonly string[]): string[] {
  if (text === undefined) return []
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (error) {
    return [`${property} is no JSON: ${(error as Error).message}`]
  }
  const isRight = (one: unknown) =>
    typeof one === 'object' &&
    one !== null &&
    Object.keys(one).length === members.length &&
    members.every((name) => typeof (one as Record<string, unknown>)[name] === 'string')
  const shape = `[{${members.map((name) => `"${name}": "..."`).join(', ')}}]`
  return Array.isArray(given) && given.every(isRight) ? [] : [`${property} must be ${shape}`]
}
