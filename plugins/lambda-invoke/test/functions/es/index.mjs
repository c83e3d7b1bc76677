import { createRequire } from 'node:module'

const { CodePipelineClient, PutJobSuccessResultCommand } = createRequire(import.meta.url)(
  '@aws-sdk/client-codepipeline',
)

export async function handler(event) {
  const outputVariables = { Style: 'es' }
  await new CodePipelineClient({}).send(
    new PutJobSuccessResultCommand({ jobId: event['CodePipeline.job'].id, outputVariables }),
  )
}
