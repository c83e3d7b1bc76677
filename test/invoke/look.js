// As its author deployed it to AWS: comes back once with a continuation token, then reads its input and writes its output.
const {
  CodePipelineClient,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} = require('@aws-sdk/client-codepipeline')
const { GetObjectCommand, PutObjectCommand, S3Client } = require('@aws-sdk/client-s3')

const pipelines = new CodePipelineClient({})

async function copy({ artifactCredentials, inputArtifacts, outputArtifacts }) {
  const s3 = new S3Client({ credentials: artifactCredentials })
  const at = ({ location: { s3Location } }) => ({ Bucket: s3Location.bucketName, Key: s3Location.objectKey })
  const { Body } = await s3.send(new GetObjectCommand(at(inputArtifacts[0])))
  const bytes = await Body.transformToByteArray()
  await s3.send(new PutObjectCommand({ ...at(outputArtifacts[0]), Body: bytes }))
  return bytes
}

exports.handler = async (event) => {
  const { id: jobId, data } = event['CodePipeline.job']
  console.log(`invoked with ${data.continuationToken ?? 'no token'}`)
  try {
    if (data.continuationToken === undefined) {
      const executionDetails = { summary: 'half way', percentComplete: 50 }
      await pipelines.send(
        new PutJobSuccessResultCommand({ jobId, continuationToken: '{"round": 1.0}', executionDetails }),
      )
      return
    }
    const bytes = await copy(data)
    const outputVariables = { Begins: Buffer.from(bytes.subarray(0, 2)).toString(), Token: data.continuationToken }
    await pipelines.send(
      new PutJobSuccessResultCommand({ jobId, outputVariables, executionDetails: { summary: 'seen it all' } }),
    )
  } catch (error) {
    const failureDetails = { type: 'JobFailed', message: `${error.name}: ${error.message}` }
    await pipelines.send(new PutJobFailureResultCommand({ jobId, failureDetails }))
  }
}
