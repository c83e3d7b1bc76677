// A Lambda function as CodePipeline invokes it: fetches the page that UserParameters names and reports what it found.
const {
  CodePipelineClient,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} = require('@aws-sdk/client-codepipeline')

const client = new CodePipelineClient({})

exports.handler = async (event) => {
  const { id: jobId, data } = event['CodePipeline.job']
  const url = data.actionConfiguration.configuration.UserParameters
  try {
    const page = await fetch(url).then((answer) => answer.text())
    const revision = /<p id=['"]revision['"]>([^<]*)</.exec(page)?.[1]
    if (revision === undefined) throw new Error(`${url} names no revision`)
    console.log(`${url} shows: ${revision}`)
    await client.send(
      new PutJobSuccessResultCommand({
        jobId,
        executionDetails: { summary: revision },
        outputVariables: { Revision: revision },
      }),
    )
  } catch (error) {
    await client.send(
      new PutJobFailureResultCommand({ jobId, failureDetails: { type: 'JobFailed', message: error.message } }),
    )
  }
}
