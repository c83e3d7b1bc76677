/** Source/Custom/Git over SSH, from a real sshd with git behind it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  startGitServer,
  startSshd,
  type TestGitServer,
  type TestSshd,
  testSourceProvider,
} from '@penstock/core/testkit'
import type { GitConfig } from '../src/config.js'
import { git } from '../src/git.js'

let sshd: TestSshd
let repositories: TestGitServer
let folder: string
let commits = 0

async function change(): Promise<void> {
  own(process.getuid?.() ?? 0, process.getgid?.() ?? 0)
  await repositories.commit('acme/site', { 'a.txt': String(++commits) }, `Commit ${commits}`)
  own(sshd.account.uid, sshd.account.gid)
}

/** Git serves a repository only to its owner, and writes only as such. */
function own(uid: number, gid: number): void {
  execFileSync('chown', ['-R', `${uid}:${gid}`, folder])
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-test-'))
  chmodSync(folder, 0o755)
  sshd = await startSshd()
  repositories = await startGitServer({ folder })
  await repositories.createRepository('acme/site')
  await change()
})
afterAll(async () => {
  await repositories.stop()
  await sshd.stop()
  rmSync(folder, { recursive: true, force: true })
})

const config = (): GitConfig => ({
  githubUrl: 'https://github.com',
  connections: {},
  sshIdentities: { deploy: { identityFile: sshd.privateKeyFile, knownHostsFile: sshd.knownHostsFile } },
  engine: 'auto',
  pollTimeoutSeconds: 20,
  fetchTimeoutMinutes: 1,
  isomorphicMaxMegabytes: 256,
  localRepositories: [],
  submodules: 'notice' as const,
  lfs: 'notice' as const,
})
const url = (name: string) => `ssh://${sshd.user}@127.0.0.1:${sshd.port}${folder}/${name}.git`

testSourceProvider(
  'Git over SSH',
  () => git(config()),
  () => ({
    configuration: { Url: url('acme/site'), SshIdentity: 'deploy' },
    outputs: ['Code'],
    change,
    missing: { configuration: { Url: url('acme/nowhere') } },
  }),
)

test('an identity that penstock.yaml does not have is named, with those that it has', async () => {
  const polling = git(config()).latestRevision(
    {
      Url: url('acme/site'),
      Branch: 'main',
      SshIdentity: 'other',
      PollForSourceChanges: true,
      OutputArtifactFormat: 'CODE_ZIP',
    },
    {
      clock: { now: Date.now, after: () => () => undefined },
      signal: new AbortController().signal,
      log: () => undefined,
      exec: undefined as never,
      http: { request: () => Promise.reject(new Error('not used')) },
    },
  )
  await expect(polling).rejects.toThrow(
    'SshIdentity other is not known here: add it to github-source.sshIdentities in penstock.yaml (there: deploy)',
  )
})
