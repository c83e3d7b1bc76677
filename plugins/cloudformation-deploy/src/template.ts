import { JobFailed } from '@penstock/core'
import { type AwsClientSettings, awsFailure } from '@penstock/core/aws'
import type { CloudFormationConfig } from './config.js'

/** A template as CloudFormation is given it. */
export type TemplateSource = { readonly TemplateBody: string } | { readonly TemplateURL: string }

/** Bytes of a template that fit into a call, and that fit at all: CloudFormation's limits. */
const mostInCall = 51_200
const mostAtAll = 1_048_576

/**
 * A small template as it is; a larger one by way of the bucket. `name` tells templates of that bucket apart.
 * Errors: JobFailed ConfigurationError for one that is too large, or where there is no bucket.
 */
export async function templateSource(
  text: string,
  config: CloudFormationConfig,
  settings: AwsClientSettings,
  name: string,
): Promise<TemplateSource> {
  if (Buffer.byteLength(text) <= mostInCall) return { TemplateBody: text }
  const small = withoutBlanks(text)
  const size = Buffer.byteLength(small)
  if (size <= mostInCall) return { TemplateBody: small }
  if (size > mostAtAll)
    throw new JobFailed(
      `TemplatePath: the template has ${size} bytes, and CloudFormation takes ${mostAtAll} at most`,
      'ConfigurationError',
    )
  const { templateBucket: bucket } = config
  if (bucket === undefined)
    throw new JobFailed(
      `TemplatePath: the template has ${size} bytes, and more than ${mostInCall} must be put into a bucket: set plugins.cloudformation-deploy.templateBucket to one that CloudFormation can read`,
      'ConfigurationError',
    )
  return { TemplateURL: await putTemplate(small, bucket, config, settings, name) }
}

/** JSON, such as the CDK writes it, needs no indentation. */
function withoutBlanks(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

async function putTemplate(
  text: string,
  bucket: string,
  { templateBucketEndpoint: endpoint }: CloudFormationConfig,
  { endpoint: _, ...settings }: AwsClientSettings,
  name: string,
): Promise<string> {
  const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3')
  const key = `penstock-templates/${name}.template`
  const other = endpoint === undefined ? {} : { endpoint, forcePathStyle: true }
  const client = new S3Client({ ...settings, ...other })
  try {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: text, ContentType: 'text/plain' }))
  } catch (error) {
    throw awsFailure(error, `plugins.cloudformation-deploy.templateBucket ${bucket}`)
  } finally {
    client.destroy()
  }
  return endpoint === undefined
    ? `https://${bucket}.s3.${settings.region}.amazonaws.com/${key}`
    : `${endpoint.replace(/\/$/, '')}/${bucket}/${key}`
}
