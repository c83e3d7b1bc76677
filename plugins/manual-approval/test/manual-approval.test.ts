import { runAction } from '@penstock/core/testkit'
import { manualApproval } from '../src/manual-approval.js'

test('it is Approval/AWS/Manual without artifacts', () => {
  const { category, owner, provider, inputArtifacts, outputArtifacts } = manualApproval
  expect({ category, owner, provider }).toEqual({ category: 'Approval', owner: 'AWS', provider: 'Manual' })
  expect([inputArtifacts, outputArtifacts]).toEqual([undefined, undefined])
})

test.each([
  {},
  { NotificationArn: 'arn:aws:sns:us-east-2:80398EXAMPLE:MyTopic', CustomData: 'x'.repeat(1000) },
  { NotificationArn: 'arn:aws-cn:sns:cn-north-1:123456789012:approvals.fifo' },
  { NotificationArn: 'mailto:owner@example.com' },
  { ExternalEntityLink: 'http://example.com' },
  { ExternalEntityLink: 'HTTPS://beta.example.com/a?b=c#d' },
  { ExternalEntityLink: 'https://#{Build.Host}/#{codepipeline.PipelineExecutionId}', CustomData: '#{Source.Message}' },
  { ExternalEntityLink: '#{Build.Url}', NotificationArn: 'arn:aws:sns:#{v.Region}:123456789012:approvals' },
])('%j is fine', (configuration) => {
  expect(manualApproval.validate?.(configuration)).toEqual([])
})

test.each([
  {
    configuration: { CustomData: 'x'.repeat(1001) },
    problem: 'CustomData has 1001 characters: at most 1000 are right',
  },
  {
    configuration: { NotificationArn: 'arn:aws:sqs:eu-west-1:123456789012:q' },
    problem: 'NotificationArn is "arn:aws:sqs:',
  },
  {
    configuration: { NotificationArn: 'some words' },
    problem: 'NotificationArn is "some words": a topic such as arn:aws:sns',
  },
  {
    configuration: { ExternalEntityLink: 'example.com' },
    problem: 'ExternalEntityLink is "example.com": a URL such as',
  },
  {
    configuration: { ExternalEntityLink: 'javascript:alert(1)' },
    problem: 'ExternalEntityLink is "javascript:alert(1)"',
  },
  { configuration: { ExternalEntityLink: 'https://' }, problem: 'ExternalEntityLink is "https://"' },
])('$configuration is refused', ({ configuration, problem }) => {
  expect(manualApproval.validate?.(configuration)).toEqual([expect.stringContaining(problem)])
})

test('no worker ever runs it', async () => {
  const run = await runAction(manualApproval, {})
  expect(run).toMatchObject({
    outcome: 'failed',
    failure: { message: expect.stringContaining('answered by a person') },
  })
})
