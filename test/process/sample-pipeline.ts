/** The sample application's pipeline, for commands to work on: a real git server, real rake, a person, a shell. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'

/** The sample application of this repository. */
export const sample = resolve(__dirname, '../../config/sample')

/** A git server with the sample application in `demo/site`; its only commit says what would move a terminal's cursor. */
export async function serveSample(): Promise<TestGitServer> {
  const git = await startGitServer()
  const files = readdirSync(sample, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const content = files.map(({ parentPath, name }) => join(parentPath, name))
  await git.createRepository('demo/site')
  const texts = content.map((file) => [file.slice(sample.length + 1), readFileSync(file, 'utf8')] as const)
  await git.commit('demo/site', Object.fromEntries(texts), 'First \u001b[2Jrevision 世界')
  return git
}

/** Source, Build, Approve and Ship, in YAML; `ship` is the last stage's command. */
export function samplePipeline(gitUrl: string, ship = 'echo shipping to #{variables.Place}', name = 'site'): string {
  return `pipeline:
  name: ${name}
  pipelineType: V2
  variables:
    - { name: Place, defaultValue: here }
  stages:
    - name: Source
      actions:
        - name: Git
          actionTypeId: { category: Source, owner: Custom, provider: Git, version: '1' }
          configuration: { Url: ${gitUrl}/demo/site.git, Branch: main }
          outputArtifacts: [{ name: Sources }]
    - name: Build
      actions:
        - name: Rake
          actionTypeId: { category: Build, owner: Custom, provider: Rake, version: '1' }
          inputArtifacts: [{ name: Sources }]
          outputArtifacts: [{ name: Site }]
    - name: Approve
      actions:
        - name: Look
          actionTypeId: { category: Approval, owner: AWS, provider: Manual, version: '1' }
    - name: Ship
      actions:
        - name: Shell
          actionTypeId: { category: Build, owner: Custom, provider: Shell, version: '1' }
          inputArtifacts: [{ name: Site }]
          configuration: { Command: ${JSON.stringify(ship)} }
`
}
