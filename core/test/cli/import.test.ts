// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how CloudFormation writes references.

import { findPipeline } from '../../src/cli/import/find-pipeline.js'
import { Intrinsics } from '../../src/cli/import/intrinsics.js'
import { readText, readTexts } from '../../src/cli/import/read-text.js'
import { Report } from '../../src/cli/import/report.js'
import type { Template } from '../../src/cli/import/template.js'

const around = { region: 'eu-west-1', accountId: '111122223333', parameters: { Given: 'given' } }

const template: Template = {
  Parameters: { Plain: { Default: 'default' }, Missing: {}, Key: { NoEcho: true, Default: 'x' } },
  Mappings: { Map: { a: { b: 'mapped' } } },
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'Plain' }, 'default'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Both: { 'Fn::And': [{ Condition: 'Yes' }, { Condition: 'No' }] },
    Either: { 'Fn::Or': [{ Condition: 'Yes' }, { Condition: 'No' }] },
  },
  Resources: { Function: { Type: 'AWS::Lambda::Function' }, Role: { Type: 'AWS::IAM::Role' } },
}

function resolved(value: unknown): { value: unknown; notes: readonly string[] } {
  const report = new Report()
  const found = new Intrinsics(template, around, report).resolve({ at: value }, '') as { at?: unknown }
  return { value: found.at, notes: report.notes.map(({ kind, path, message }) => `${kind} ${path}: ${message}`) }
}

test.each([
  { it: 'Ref of a default', given: { Ref: 'Plain' }, is: 'default' },
  { it: 'Ref of a value given', given: { Ref: 'Given' }, is: 'given' },
  { it: 'Ref of a pseudo parameter', given: { Ref: 'AWS::AccountId' }, is: '111122223333' },
  { it: 'NoValue in a list', given: ['a', { Ref: 'AWS::NoValue' }], is: ['a'] },
  { it: 'NoValue as a member', given: { Ref: 'AWS::NoValue' }, is: undefined },
  { it: 'Sub', given: { 'Fn::Sub': '${AWS::Region}/${Plain}/${!Literal}' }, is: 'eu-west-1/default/${Literal}' },
  { it: 'Sub with its own', given: { 'Fn::Sub': ['${X}-${Plain}', { X: { Ref: 'Given' } }] }, is: 'given-default' },
  { it: 'Join of a Split', given: { 'Fn::Join': ['+', { 'Fn::Split': ['/', 'a/b'] }] }, is: 'a+b' },
  { it: 'Select', given: { 'Fn::Select': [1, ['a', 'b']] }, is: 'b' },
  { it: 'FindInMap', given: { 'Fn::FindInMap': ['Map', 'a', 'b'] }, is: 'mapped' },
  { it: 'Base64', given: { 'Fn::Base64': 'hi' }, is: 'aGk=' },
  { it: 'If', given: { 'Fn::If': ['Yes', { Ref: 'Plain' }, 'no'] }, is: 'default' },
  { it: 'If, Not', given: { 'Fn::If': ['No', 'yes', 'no'] }, is: 'no' },
  { it: 'If, And', given: { 'Fn::If': ['Both', 'yes', 'no'] }, is: 'no' },
  { it: 'If, Or', given: { 'Fn::If': ['Either', 'yes', 'no'] }, is: 'yes' },
])('a template alone can say: $it', ({ given, is }) => {
  expect(resolved(given)).toEqual({ value: is, notes: [] })
})

test.each([
  {
    it: 'a parameter without a default',
    given: { Ref: 'Missing' },
    is: 'Missing',
    says: /give it with --parameter Missing=VALUE/,
  },
  { it: 'a secret parameter', given: { Ref: 'Key' }, is: '{{secret:Key}}', says: /penstock secret set Key,/ },
  { it: 'a resource', given: { Ref: 'Function' }, is: 'Function', says: /Function is a resource of the template/ },
  {
    it: 'an ARN',
    given: { 'Fn::GetAtt': ['Function', 'Arn'] },
    is: 'arn:aws:lambda:eu-west-1:111122223333:Function',
    says: /Function\.Arn/,
  },
  {
    it: "a role's ARN in a text",
    given: { 'Fn::Sub': '${Role.Arn}' },
    is: 'arn:aws:iam::111122223333:role/Role',
    says: /Role\.Arn/,
  },
  {
    it: 'an import',
    given: { 'Fn::ImportValue': 'net:vpc' },
    is: 'import-net-vpc',
    says: /another stack exports it \(net:vpc\)/,
  },
  { it: 'a map without the key', given: { 'Fn::FindInMap': ['Map', 'a', 'z'] }, is: 'z', says: /no Map\.a\.z/ },
  { it: 'a function of the future', given: { 'Fn::Guess': 1 }, is: 'Fn-Guess', says: /Fn::Guess cannot be worked out/ },
])('a template alone cannot say, and a note does: $it', ({ given, is, says }) => {
  const { value, notes } = resolved(given)
  expect(value).toBe(is)
  expect(notes).toEqual([expect.stringMatching(/^todo at: /)])
  expect(notes[0]).toMatch(says)
})

test('short tags are the long ones, wherever they stand', () => {
  const yaml = `
a: !Ref X
b: !GetAtt X.Arn
c: !Sub ['\${Y}', {Y: !Ref Z}]
d: !If [C, !Ref X, {e: !Join [',', [f, !Condition G]]}]
h: &h {i: !Sub '\${J}'}
k: *h
`
  expect(readText(yaml)).toEqual({
    a: { Ref: 'X' },
    b: { 'Fn::GetAtt': ['X', 'Arn'] },
    c: { 'Fn::Sub': ['${Y}', { Y: { Ref: 'Z' } }] },
    d: { 'Fn::If': ['C', { Ref: 'X' }, { e: { 'Fn::Join': [',', ['f', { Condition: 'G' }]] } }] },
    h: { i: { 'Fn::Sub': '${J}' } },
    k: { i: { 'Fn::Sub': '${J}' } },
  })
})

const properties = {
  Stages: [
    { Name: 'Build', Actions: [{ Name: 'A', Configuration: { Keep: { Case: 1 }, Flag: true }, RunOrder: '2' }] },
  ],
}
const resources = {
  Shop: { Type: 'AWS::CodePipeline::Pipeline', Properties: properties },
  Bucket: { Type: 'AWS::S3::Bucket' },
}
const stages = [
  { name: 'Build', actions: [{ name: 'A', configuration: { Keep: '{"Case":1}', Flag: 'true' }, runOrder: 2 }] },
]

test.each([
  { it: 'a template', given: { Resources: resources }, name: 'Shop' },
  { it: 'get-template, as an object', given: { TemplateBody: { Resources: resources } }, name: 'Shop' },
  { it: 'get-template, as a text', given: { TemplateBody: JSON.stringify({ Resources: resources }) }, name: 'Shop' },
  { it: 'one resource', given: resources.Shop, name: 'Pipeline' },
  { it: "a resource's properties", given: properties, name: 'Pipeline' },
  { it: 'get-pipeline', given: { pipeline: { name: 'shop', stages }, metadata: {} }, name: 'shop' },
  { it: 'the structure alone', given: { name: 'shop', stages }, name: 'shop' },
])('finds the pipeline in $it', ({ given, name }) => {
  const { pipeline } = findPipeline(readTexts(JSON.stringify(given)), around, new Report())
  expect(pipeline).toEqual({ name, stages })
})
