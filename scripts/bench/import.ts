/**
 * `penstock import` of a CloudFormation template of 5 MB (six hundred resources of pipelines, projects with inline
 * buildspecs, roles and policies), as a whole process, against the floor of starting Node and parsing the same text. Prints
 * `import: ours, theirs, ratio` (medians of five, alternating); the budget is 1,000 ms. Run after `npm run build`:
 * node --import tsx scripts/bench/import.ts
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { median, print } from './support/figures.js'

const rounds = 5
const bin = resolve(__dirname, '../../core/bin/penstock.js')
const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-import-'))
const file = join(folder, 'template.json')
const size = 5 * 1024 * 1024
const built = 40

const action = (index: number) => ({
  Name: `Build${index}`,
  ActionTypeId: { Category: 'Build', Owner: 'AWS', Provider: 'CodeBuild', Version: '1' },
  Configuration: { ProjectName: { Ref: `Project${index}` } },
  InputArtifacts: [{ Name: 'Src' }],
  RunOrder: 1,
})
const source = {
  Name: 'Code',
  ActionTypeId: { Category: 'Source', Owner: 'AWS', Provider: 'S3', Version: '1' },
  Configuration: { S3Bucket: 'bucket', S3ObjectKey: 'key.zip' },
  OutputArtifacts: [{ Name: 'Src' }],
}
const project = (index: number) => {
  const commands = Array.from({ length: 60 }, (_, line) => `echo step ${line} of ${index} && make target-${line}`)
  const spec = JSON.stringify({ version: '0.2', phases: { build: { commands } } }, null, 2)
  return {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      Source: { Type: 'CODEPIPELINE', BuildSpec: { 'Fn::Join': ['', [spec, { Ref: 'AWS::Region' }]] } },
      Environment: { Image: 'aws/codebuild/standard:7.0', Type: 'LINUX_CONTAINER' },
      ServiceRole: { 'Fn::GetAtt': [`Role${index}`, 'Arn'] },
    },
  }
}
const role = () => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: Array.from({ length: 12 }, (_, n) => ({ PolicyName: `p${n}`, Document: 'x'.repeat(120) })) },
})

function template(): string {
  const resources: Record<string, object> = {
    Pipeline: {
      Type: 'AWS::CodePipeline::Pipeline',
      Properties: {
        Name: 'large',
        RoleArn: { 'Fn::GetAtt': ['Role0', 'Arn'] },
        ArtifactStore: { Type: 'S3', Location: 'bucket' },
        Stages: [
          { Name: 'Source', Actions: [source] },
          { Name: 'Build', Actions: Array.from({ length: built }, (_, index) => action(index)) },
        ],
      },
    },
  }
  let length = 0
  for (let index = 0; length < size; index++) {
    const made = { [`Project${index}`]: project(index), [`Role${index}`]: role() }
    Object.assign(resources, made)
    length += JSON.stringify(made, null, 1).length
  }
  return JSON.stringify({ Resources: resources }, null, 1)
}

function timed(args: readonly string[]): number {
  const began = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(String(stderr).slice(-2_000))
  return Number(process.hrtime.bigint() - began) / 1e6
}

function main(): void {
  writeFileSync(file, template())
  const ours: number[] = []
  const floors: number[] = []
  for (let round = 0; round < rounds; round++) {
    floors.push(timed(['-e', `JSON.parse(require('fs').readFileSync(${JSON.stringify(file)}, 'utf8'))`]))
    ours.push(timed([bin, 'import', file, '--output-file', join(folder, 'out.json')]))
  }
  process.stdout.write(`template: ${(statSync(file).size / 1024 / 1024).toFixed(1)} MB\n`)
  print('import', median(ours), median(floors), 'ms (node, parsing alone)', 0)
}

try {
  main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
