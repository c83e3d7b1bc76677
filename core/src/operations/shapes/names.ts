/** Names and ids that many operations share (S1). */
import { text } from '../../shape/shape.js'

const named = { min: 1, max: 100, pattern: '[A-Za-z0-9.@\\-_]+' }
export const pipelineName = text(named)
export const stageName = text(named)
export const actionName = text(named)
export const ruleName = text(named)
export const webhookName = text(named)
export const artifactName = text({ min: 1, max: 100, pattern: '[a-zA-Z0-9_\\-]+' })
export const namespace = text({ min: 1, max: 100, pattern: '[A-Za-z0-9@\\-_]+' })

const uuid = { pattern: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}' }
export const executionId = text(uuid)
export const jobId = text(uuid)
export const approvalToken = text(uuid)

export const region = text({ min: 4, max: 30 })
export const roleArn = text({ max: 1024, pattern: 'arn:aws(-[\\w]+)*:iam::[0-9]{12}:role/.*' })
export const resourceArn = text({ pattern: 'arn:aws(-[\\w]+)*:codepipeline:.+:[0-9]{12}:.+' })
