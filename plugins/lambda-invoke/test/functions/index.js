// Handlers as their authors write them for AWS: nothing in them knows where they run.
const {
  CodePipelineClient,
  PutJobFailureResultCommand,
  PutJobSuccessResultCommand,
} = require('@aws-sdk/client-codepipeline')

const client = new CodePipelineClient({})
const jobOf = (event) => event['CodePipeline.job']
const parametersOf = (event) => jobOf(event).data.actionConfiguration.configuration.UserParameters

exports.succeed = async (event, context) => {
  console.log(
    `checking ${parametersOf(event)} in ${process.env.AWS_LAMBDA_FUNCTION_NAME}, secret ${process.env.AWS_SECRET_ACCESS_KEY}`,
  )
  const executionDetails = {
    summary: 'all links work',
    externalExecutionId: context.awsRequestId,
    percentComplete: 100,
  }
  const outputVariables = { Links: '42', Remaining: String(context.getRemainingTimeInMillis() > 1000) }
  await client.send(new PutJobSuccessResultCommand({ jobId: jobOf(event).id, executionDetails, outputVariables }))
}

exports.fail = async (event) => {
  const failureDetails = { type: 'ConfigurationError', message: 'no links given', externalExecutionId: 'ext-1' }
  await client.send(new PutJobFailureResultCommand({ jobId: jobOf(event).id, failureDetails }))
}

exports.continues = async (event) => {
  const { continuationToken } = jobOf(event).data
  const next = continuationToken === undefined ? 'step-1' : continuationToken === 'step-1' ? 'step-2' : undefined
  console.log(`token ${continuationToken}`)
  const token =
    next === undefined ? {} : { continuationToken: next, executionDetails: { percentComplete: 50, summary: next } }
  await client.send(new PutJobSuccessResultCommand({ jobId: jobOf(event).id, ...token }))
}

exports.calls = (event, _context, callback) => {
  const command = new PutJobSuccessResultCommand({ jobId: jobOf(event).id, outputVariables: { Style: 'callback' } })
  client.send(command, (error) => callback(error, 'done'))
}

exports.old = (event, context) => {
  client.send(new PutJobSuccessResultCommand({ jobId: jobOf(event).id, outputVariables: { Style: 'context' } })).then(
    () => context.succeed('done'),
    (error) => context.fail(error),
  )
}

exports.throws = async () => {
  throw new TypeError('no such thing')
}

exports.throwsAfterwards = async (event) => {
  await client.send(new PutJobSuccessResultCommand({ jobId: jobOf(event).id }))
  throw new Error('too late to matter')
}

exports.forgets = async () => 'I never told anyone'

exports.exits = async () => process.exit(7)

exports.hangs = async (event) => {
  const { spawn } = require('node:child_process')
  const { writeFileSync } = require('node:fs')
  const child = spawn('sleep', ['300'], { stdio: 'ignore' })
  console.log(`started ${child.pid}`)
  const told = event['CodePipeline.job'].data.actionConfiguration.configuration.UserParameters
  if (told) writeFileSync(told, '')
  await new Promise((resolve) => setTimeout(resolve, 300_000))
}

exports.eats = async () => {
  const pieces = []
  for (;;) pieces.push(Array.from({ length: 1e6 }, () => Math.random()))
}

exports.environment = async (event) => {
  const { HOME, ...rest } = process.env
  const names = Object.keys(rest).filter((name) => rest[name] === 'leaked')
  const outputVariables = { Leaked: names.join() || 'nothing', Own: process.env.OWN ?? '', Home: HOME }
  await client.send(new PutJobSuccessResultCommand({ jobId: jobOf(event).id, outputVariables }))
}

exports.event = async (event) => {
  await client.send(
    new PutJobSuccessResultCommand({ jobId: jobOf(event).id, executionDetails: { summary: JSON.stringify(event) } }),
  )
}
