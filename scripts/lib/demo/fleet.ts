/** Three hosts with the stock logins of Amazon Linux, Ubuntu and Debian: real sshds, and sudo, which makes each of them root. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline'
import { startSshd, type TestGitServer } from '@penstock/core/testkit'
import { action, pipelineOf, sourceStage } from './pipelines.js'

export interface Fleet {
  readonly name: string
  readonly pipeline: PipelineDeclaration
  /** What the deployment writes; only root may write there. */
  readonly page: string
  /** Puts the hosts and their group; `penstock` runs a command against the server. */
  declare(penstock: (words: readonly string[]) => Promise<void>): Promise<void>
}

/** The accounts that their images come with. */
const logins = ['ec2-user', 'ubuntu', 'admin'] as const
const sudoers = '/etc/sudoers.d/penstock-demo-fleet'

/** Why there can be no such fleet; nothing where there can. */
export function withoutFleet(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may make its accounts and let them use sudo'
  return existsSync('/usr/bin/sudo') ? undefined : 'sudo is not installed'
}

/** Starts the hosts. The pipeline can be made once `declare` has told the server of them. */
export async function startFleet(git: TestGitServer, bucket: string, stops: (() => unknown)[]): Promise<Fleet> {
  const base = mkdtempSync(join(tmpdir(), 'penstock-demo-fleet-'))
  chmodSync(base, 0o755)
  stops.push(() => rmSync(base, { recursive: true, force: true }))
  const www = join(base, 'www')
  mkdirSync(www, { mode: 0o755 }) // root's, as /var/www is
  writeFileSync(sudoers, `${logins.join(',')} ALL=(ALL) NOPASSWD:ALL\n`, { mode: 0o440 })
  stops.push(takeBackSudo)
  const sshds = await Promise.all(
    logins.map(async (user) => {
      const sshd = await startSshd({ user })
      stops.push(() => sshd.stop())
      return sshd
    }),
  )
  const repositoryUrl = await git.createRepository('demo/fleet')
  await git.commit('demo/fleet', filesFor(www), 'Add a page and its AppSpec file')
  const name = 'fleet'
  const target = { name, repositoryUrl, bucket }
  return {
    name,
    page: join(www, 'html/index.html'),
    pipeline: pipelineOf(target, [sourceStage(target), deployStage]),
    async declare(penstock) {
      for (const [index, sshd] of sshds.entries()) {
        const { host, port, user, privateKeyFile: identityFile } = sshd
        const file = join(base, `${user}.json`)
        const root = join(base, `deployments-${index}`)
        writeFileSync(
          file,
          JSON.stringify({ host, port, user, identityFile, become: 'sudo', root, tags: { fleet: 'demo' } }),
        )
        await penstock(['host', 'put', user, file, '--force'])
      }
      const knownHosts = sshds.map((sshd) => sshd.knownHosts).join('\n')
      writeFileSync(join(base, 'group.json'), JSON.stringify({ tags: { fleet: 'demo' }, knownHosts }))
      await penstock(['application', 'put', name])
      await penstock(['group', 'put', `${name}/demo`, join(base, 'group.json')])
    },
  }
}

/** Also what a demo left that was killed. */
export function takeBackSudo(): void {
  if (process.getuid?.() === 0) rmSync(sudoers, { force: true })
}

/** Errors: the page is not what was deployed, or not root's. */
export async function expectFleet({ page }: Fleet): Promise<void> {
  const text = readFileSync(page, 'utf8')
  const { uid, mode } = statSync(page)
  if (!text.includes('From all three logins') || uid !== 0 || (mode & 0o777) !== 0o644)
    throw new Error(
      `${page} should be root's, mode 644, and is of user ${uid}, mode ${(mode & 0o777).toString(8)}:\n${text}`,
    )
}

function filesFor(www: string): Record<string, string> {
  return {
    // The three hosts are one machine here, so that each finds the page of the one before.
    'appspec.yml': `version: 0.0
os: linux
file_exists_behavior: OVERWRITE
files:
  - source: html
    destination: ${www}/html
permissions:
  - object: ${www}/html
    owner: root
    mode: 644
    type: [file]
hooks:
  AfterInstall:
    - location: who.sh
      runas: root
`,
    'html/index.html': '<h1>From all three logins</h1>\n',
    'who.sh': '#!/bin/sh\necho "I am $(id -un), by sudo from $SUDO_USER"\n',
  }
}

const deployStage = {
  name: 'Deploy',
  actions: [
    action('CodeDeploy', 'Deploy', 'AWS', 'CodeDeploy', {
      configuration: { ApplicationName: 'fleet', DeploymentGroupName: 'demo' },
      inputArtifacts: [{ name: 'Sources' }],
    }),
  ],
}
