import { type ManagedPolicy, managedPolicies, type PolicyDocument } from '../../src/domain/access.js'
import { administratorPolicy, managedPolicyDocuments } from '../../src/domain/managed-policies.js'
import { allows, matches, policyProblems } from '../../src/domain/policy.js'

const arn = 'arn:aws:codepipeline:us-east-1:000000000000:my-pipeline'
const statement = (Effect: 'Allow' | 'Deny', Action: string | string[], Resource: string | string[] = '*') => ({
  Effect,
  Action,
  Resource,
})
const document = (...Statement: PolicyDocument['Statement'][number][]): PolicyDocument => ({ Statement })

test.each([
  { it: 'no policy at all', policies: [], allowed: false },
  { it: 'the action', policies: [document(statement('Allow', 'codepipeline:GetPipeline'))], allowed: true },
  {
    it: 'the action in other letters',
    policies: [document(statement('Allow', 'CodePipeline:getpipeline'))],
    allowed: true,
  },
  { it: 'a wildcard', policies: [document(statement('Allow', 'codepipeline:Get*'))], allowed: true },
  { it: 'another service', policies: [document(statement('Allow', 's3:*'))], allowed: false },
  { it: 'the resource', policies: [document(statement('Allow', '*', arn))], allowed: true },
  {
    it: 'the resource in other letters',
    policies: [document(statement('Allow', '*', arn.toUpperCase()))],
    allowed: false,
  },
  {
    it: 'a resource pattern',
    policies: [document(statement('Allow', '*', 'arn:aws:codepipeline:*:*:my-*'))],
    allowed: true,
  },
  { it: 'one character by ?', policies: [document(statement('Allow', '*', arn.replace('my', '??')))], allowed: true },
  { it: 'another resource', policies: [document(statement('Allow', '*', `${arn}2`))], allowed: false },
  {
    it: 'a denial beside a permission',
    policies: [document(statement('Allow', '*'), statement('Deny', 'codepipeline:*'))],
    allowed: false,
  },
  {
    it: 'a denial in another policy',
    policies: ['AWSCodePipeline_FullAccess' as ManagedPolicy, document(statement('Deny', '*', arn))],
    allowed: false,
  },
  {
    it: 'one of several actions',
    policies: [document(statement('Allow', ['a:b', 'codepipeline:GetPipeline']))],
    allowed: true,
  },
])('GetPipeline with $it: $allowed', ({ policies, allowed }) => {
  expect(allows(policies, 'codepipeline:GetPipeline', arn)).toBe(allowed)
})

test.each([
  {
    policy: 'AWSCodePipeline_FullAccess',
    may: ['GetPipeline', 'DeletePipeline', 'PutApprovalResult', 'PollForJobs'],
    mayNot: [],
  },
  {
    policy: 'AWSCodePipeline_ReadOnlyAccess',
    may: ['GetPipeline', 'ListActionExecutions', 'ListTagsForResource'],
    mayNot: ['PutApprovalResult', 'StartPipelineExecution', 'PollForJobs'],
  },
  {
    policy: 'AWSCodePipelineApproverAccess',
    may: ['GetPipelineState', 'PutApprovalResult'],
    mayNot: ['StartPipelineExecution', 'UpdatePipeline'],
  },
  {
    policy: 'AWSCodePipelineCustomActionAccess',
    may: ['PollForJobs', 'AcknowledgeJob', 'PutJobFailureResult'],
    mayNot: ['GetPipeline', 'PutApprovalResult'],
  },
] as const)('$policy allows what AWS says', ({ policy, may, mayNot }) => {
  for (const operation of may) expect(allows([policy], `codepipeline:${operation}`, '*')).toBe(true)
  for (const operation of mayNot) expect(allows([policy], `codepipeline:${operation}`, '*')).toBe(false)
})

test('no managed policy opens the administration', () => {
  for (const policy of managedPolicies) expect(allows([policy], 'penstock:ListAuditLog', '*')).toBe(false)
  expect(allows([administratorPolicy], 'penstock:ListAuditLog', '*')).toBe(true)
})

test('a wildcard pattern takes time linear in the text', () => {
  const started = process.hrtime.bigint()
  expect(matches('*a'.repeat(50), `${'a'.repeat(20_000)}b`)).toBe(false)
  expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(2_000)
})

test.each([
  { it: 'a name that is none', policy: 'Admin', says: "policy is 'Admin'" },
  {
    it: 'NotAction',
    policy: { Statement: [{ Effect: 'Allow', NotAction: 'x', Resource: '*' }] },
    says: 'NotAction is not supported',
  },
  {
    it: 'a Condition',
    policy: { Statement: [{ ...statement('Deny', '*'), Condition: {} }] },
    says: 'Condition is not supported',
  },
  {
    it: 'an effect that is none',
    policy: { Statement: [{ ...statement('Allow', '*'), Effect: 'allow' }] },
    says: 'Effect is "allow"',
  },
  { it: 'no actions', policy: document(statement('Allow', [])), says: 'Action must be' },
  {
    it: 'a policy variable, which would deny nobody',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM's own words.
    policy: { Statement: [{ Effect: 'Deny', Action: '*', Resource: 'arn:aws:codepipeline:*:*:${aws:username}-*' }] },
    says: 'Resource has a policy variable',
  },
])('refused: $it', ({ policy, says }) => {
  expect(policyProblems(policy).join()).toContain(says)
})

test('what it knows it accepts', () => {
  for (const policy of [...managedPolicies, ...Object.values(managedPolicyDocuments)])
    expect(policyProblems(policy)).toEqual([])
})

const full = { Effect: 'Allow', Action: '*', Resource: '*' }

test.each([
  { it: 'a condition', policy: { Statement: [{ ...full, Condition: { Bool: { x: 'true' } } }] } },
  { it: 'an effect in small letters', policy: { Statement: [full, { ...full, Effect: 'deny' }] } },
  { it: 'a statement that is no list', policy: { Statement: full } },
  { it: 'NotAction', policy: { Statement: [{ Effect: 'Allow', NotAction: 'x', Resource: '*' }] } },
  { it: 'a number as action', policy: { Statement: [{ ...full, Action: 5 }] } },
  { it: 'no statement', policy: {} },
  { it: 'nothing', policy: null },
  { it: 'a list', policy: [full] },
  { it: 'an unknown name', policy: 'AdministratorAccess' },
])('a policy with $it, stored before anybody looked, denies everything', ({ policy }) => {
  const policies = [policy as PolicyDocument, 'AWSCodePipeline_FullAccess' as ManagedPolicy]
  expect(allows(policies, 'codepipeline:GetPipeline', arn)).toBe(false)
  expect(allows([...policies].reverse(), 'codepipeline:GetPipeline', arn)).toBe(false)
  expect(policyProblems(policy)).not.toEqual([])
})
