import { type FailureType, type JobContext, JobFailed } from '@penstock/core'
import type { LambdaConfig } from './config.js'
import type { Invoke } from './provider.js'

/** A function on AWS, invoked as CodePipeline does: asynchronously, its answer ignored. The SDK is loaded at the first use. */
export function awsFunction(name: string, config: LambdaConfig, ctx: JobContext): Invoke {
  return async (event) => {
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda')
    const client = new LambdaClient({
      ...(config.region === undefined ? {} : { region: config.region }),
      ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
      ...(config.accessKeyId === undefined || config.secretAccessKey === undefined
        ? {}
        : { credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey } }),
    })
    const command = new InvokeCommand({ FunctionName: name, InvocationType: 'Event', Payload: JSON.stringify(event) })
    try {
      const answer = await client.send(command, { abortSignal: ctx.signal })
      ctx.log.line(
        `Invoked ${name}: HTTP ${answer.StatusCode}, request ${answer.$metadata.requestId ?? 'without an id'}`,
      )
    } catch (error) {
      throw ctx.signal.aborted ? error : failureOf(name, error)
    } finally {
      client.destroy()
    }
  }
}

const types: Readonly<Record<string, FailureType>> = {
  ResourceNotFoundException: 'ConfigurationError',
  InvalidParameterValueException: 'ConfigurationError',
  ValidationException: 'ConfigurationError',
  CredentialsProviderError: 'ConfigurationError',
  AccessDeniedException: 'PermissionError',
  UnrecognizedClientException: 'PermissionError',
  InvalidSignatureException: 'PermissionError',
  ExpiredTokenException: 'PermissionError',
  TooManyRequestsException: 'SystemUnavailable',
  ServiceException: 'SystemUnavailable',
}

function failureOf(name: string, error: unknown): JobFailed {
  const { name: code, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode ?? 0
  if (message === 'Region is missing') {
    const remedy =
      'set plugins.lambda-invoke.region in penstock.yaml, or AWS_REGION; or declare it under functions there'
    return new JobFailed(
      `FunctionName ${name}: it is not an embedded function, and no AWS region is known: ${remedy}`,
      'ConfigurationError',
    )
  }
  const type = types[code] ?? (status >= 500 || status === 0 ? 'SystemUnavailable' : 'JobFailed')
  const hint =
    code === 'ResourceNotFoundException' ? ` (functions of the embedded runtime are declared in penstock.yaml)` : ''
  return new JobFailed(`FunctionName ${name}: ${code}: ${message}${hint}`, type)
}
