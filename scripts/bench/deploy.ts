/**
 * Deployments over SSH to 1 and to 8 sshds on loopback, against `tar | ssh` (aes128-gcm), `rsync -a` and, where it is installed,
 * ansible-core's unarchive in the same run:
 * 2,000 small files, one file of 200 MB, and a redeployment with 1 % of the files changed. "deliver" brings a revision to
 * the hosts and runs its (empty) events; "deploy" also copies all files to their destination, as an AppSpec file says it.
 * "warm" is a provider that deployed to the same hosts a moment ago, and kept its connections: as a server does.
 * Everything lies in memory when /dev/shm is there: the disk is the same for all, and would hide the rest.
 * Prints `name: ours, theirs, ratio` (medians, rounds that take turns).
 * Run: node --conditions @penstock/source --import tsx scripts/bench/deploy.ts [rounds] [part of a name]
 */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type JobContext, type PluginState, systemClock } from '../../core/src/index.js'
import { openPluginState } from '../../core/src/testkit/plugin-state.js'
import { startSshd, type TestSshd } from '../../core/src/testkit/sshd.js'
import { codeDeploy, connectionPool, sharedParts } from '../../plugins/codedeploy-ssh/src/provider.js'

const rounds = Number(process.argv[2] ?? 5)
const only = process.argv[3] ?? ''
const hosts = 8

type Method = (bundle: string, target: string, sshds: readonly TestSshd[]) => Promise<void>

const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'penstock-bench-'))
chmodSync(folder, 0o755)

function sh(script: string): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn('/bin/sh', ['-c', script], { stdio: 'inherit' }).once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${script}: ${code}`)),
    )
  })
}

const sshWords = (sshd: TestSshd) =>
  `ssh -o BatchMode=yes -o UserKnownHostsFile=${sshd.knownHostsFile} -c aes128-gcm@openssh.com -i ${sshd.privateKeyFile} -p ${sshd.port}`

const tar: Method = async (bundle, target, sshds) => {
  const one = (sshd: TestSshd) =>
    `tar -C ${bundle} -cf - . | ${sshWords(sshd)} ${sshd.user}@127.0.0.1 'mkdir -p ${target}-${sshd.port} && tar -C ${target}-${sshd.port} -xf -'`
  await Promise.all(sshds.map((sshd) => sh(one(sshd))))
}

const rsync: Method = async (bundle, target, sshds) => {
  const one = (sshd: TestSshd) =>
    `rsync -a --mkpath -e "${sshWords(sshd)}" ${bundle}/ ${sshd.user}@127.0.0.1:${target}-${sshd.port}/`
  await Promise.all(sshds.map((sshd) => sh(one(sshd))))
}

/** ansible-core's unarchive of a tar that is packed already, without facts, with pipelining, to all hosts at once. */
const ansible: Method = async (bundle, target, sshds) => {
  const packed = `${bundle}.tar`
  if (!existsSync(packed)) await sh(`tar -C ${bundle} -cf ${packed} .`)
  const knownHosts = join(folder, 'ansible-known-hosts')
  writeFileSync(knownHosts, sshds.map((sshd) => `${sshd.knownHosts}\n`).join(''))
  const lines = sshds.map(
    ({ port, user, privateKeyFile }) =>
      `h${port} ansible_host=127.0.0.1 ansible_port=${port} ansible_user=${user} ansible_ssh_private_key_file=${privateKeyFile} place=${target}-${port}`,
  )
  writeFileSync(join(folder, 'inventory'), `${lines.join('\n')}\n`)
  writeFileSync(
    join(folder, 'playbook.yml'),
    `- hosts: all
  gather_facts: false
  vars: { ansible_python_interpreter: /usr/bin/python3 }
  tasks:
    - file: { path: "{{ place }}", state: directory }
    - unarchive: { src: ${packed}, dest: "{{ place }}" }
`,
  )
  await sh(
    `cd ${folder} && ANSIBLE_PIPELINING=1 ANSIBLE_FORKS=${hosts} ANSIBLE_SSH_ARGS='-o UserKnownHostsFile=${knownHosts} -c aes128-gcm@openssh.com' ansible-playbook -i inventory playbook.yml >ansible.log 2>&1 || { cat ansible.log; exit 1; }`,
  )
}
const hasAnsible = spawnSync('ansible-playbook', ['--version']).status === 0

/** A whole run of a new provider, in this process. `target` is the deployment root and, below it, the application. */
const ours: Method = async (bundle, target, sshds) => {
  const pool = connectionPool({})
  await deploy(bundle, target, sshds, pool)
  pool.close()
}

/** The database of a server that runs; a round deploys an application of its own, whose bundle nobody has kept yet. */
let state: PluginState
let application = 'bench'

/** Connections that are kept from one deployment to the next. */
const keptPool = connectionPool({ idleConnections: { seconds: 600 } })
const warm: Method = (bundle, target, sshds) => deploy(bundle, target, sshds, keptPool)

async function deploy(
  bundle: string,
  target: string,
  sshds: readonly TestSshd[],
  pool: ReturnType<typeof connectionPool>,
): Promise<void> {
  const hostsOfGroup = sshds.map(({ port, user, privateKeyFile }) => ({
    host: '127.0.0.1',
    port,
    user,
    identityFile: privateKeyFile,
  }))
  const config = {
    root: `${target}-%p`,
    knownHosts: sshds.map((sshd) => sshd.knownHosts).join('\n'),
    applications: { [application]: { groups: { all: { deploymentConfig: 'AllAtOnce', hosts: hostsOfGroup } } } },
  }
  const provider = codeDeploy(sharedParts(config, state, join(folder, 'data'), pool))
  await provider.run(
    {
      id: 'bench',
      configuration: { ApplicationName: application, DeploymentGroupName: 'all' },
      pipelineName: 'bench',
      pipelineExecutionId: randomUUID(),
      stageName: 'bench',
      actionName: 'bench',
      actionExecutionId: randomUUID(),
      inputNames: ['bundle'],
      outputs: [],
      commands: [],
      environmentVariables: [],
    },
    contextOf(bundle),
  )
}

function contextOf(bundle: string): JobContext {
  const unused = () => {
    throw new Error('not used')
  }
  return {
    signal: new AbortController().signal,
    log: { write: () => undefined, line: () => undefined },
    clock: systemClock,
    http: { request: unused },
    workspace: folder,
    input: async () => ({ name: 'bundle', folder: bundle }),
    output: unused,
    exec: unused,
    checkpoint: async () => undefined,
    progress: async () => undefined,
    mask: () => undefined,
    sleep: unused,
    jobApi: async () => undefined,
  }
}

/** 2,000 files of 10 KB in 120 directories, half of them incompressible. */
function smallFiles(name: string, files: string, changed = ''): string {
  const bundle = join(folder, name)
  for (let index = 0; index < 2000; index++) {
    const parent = join(bundle, 'site', `dir${index % 12}`, `part${index % 120}`)
    mkdirSync(parent, { recursive: true })
    const text = `file ${index} ${index % 100 === 0 ? changed : ''}`
    const body = index % 2 === 0 ? seeded(index, 10_240) : Buffer.from(`${text}\n`.repeat(10_240 / (text.length + 1)))
    writeFileSync(join(parent, `file${index}`), Buffer.concat([Buffer.from(text), body]))
  }
  return withAppSpec(bundle, files)
}

function bigFile(name: string, files: string): string {
  const bundle = join(folder, name)
  mkdirSync(join(bundle, 'site'), { recursive: true })
  for (let piece = 0; piece < 200; piece++) appendFileSync(join(bundle, 'site/big'), randomBytes(1024 * 1024))
  return withAppSpec(bundle, files)
}

function withAppSpec(bundle: string, files: string): string {
  writeFileSync(join(bundle, 'appspec.yml'), `version: 0.0\nos: linux\n${files}`)
  return bundle
}

function seeded(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0, state = seed + 1; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return (performance.now() - begun) / 1000
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

let places = 0

/** A place that the hosts may write to; all of it is deleted between rounds. */
function place(sshd: TestSshd): string {
  const target = join(folder, 'targets')
  application = `bench-${++places}`
  rmSync(target, { recursive: true, force: true })
  mkdirSync(target)
  if (process.getuid?.() === 0) chownSync(target, sshd.account.uid, sshd.account.gid)
  return join(target, 't')
}

async function compare(name: string, bundle: string, sshds: readonly TestSshd[], count: number): Promise<void> {
  if (!`${name} x${sshds.length}`.includes(only)) return
  const [first] = sshds
  if (first === undefined) throw new Error('no host')
  const methods = { ours, warm, tar, rsync }
  const samples = { ours: [] as number[], warm: [] as number[], tar: [] as number[], rsync: [] as number[] }
  await warm(bundle, place(first), sshds)
  for (let round = 0; round < count; round++) {
    for (const method of ['tar', 'ours', 'rsync', 'warm'] as const) {
      const target = place(first)
      samples[method].push(await timed(() => methods[method](bundle, target, sshds)))
    }
  }
  report(`${name} x${sshds.length} vs tar | ssh`, samples.ours, samples.tar)
  report(`${name} x${sshds.length}, warm, vs tar | ssh`, samples.warm, samples.tar)
  report(`${name} x${sshds.length} vs rsync`, samples.ours, samples.rsync)
  if (!hasAnsible) return
  const theirs: number[] = []
  for (let round = 0; round < Math.min(count, 3); round++) {
    const target = place(first)
    theirs.push(await timed(() => ansible(bundle, target, sshds)))
  }
  report(`${name} x${sshds.length} vs ansible unarchive`, samples.ours, theirs)
}

async function redeploy(one: string, two: string, sshds: readonly TestSshd[]): Promise<void> {
  const [first] = sshds
  if (first === undefined) throw new Error('no host')
  if (!'redeliver'.includes(only)) return
  const samples = { ours: [] as number[], rsync: [] as number[] }
  for (let round = 0; round < rounds; round++) {
    for (const method of ['ours', 'rsync'] as const) {
      const target = place(first)
      const once = method === 'ours' ? ours : rsync
      await once(one, target, sshds)
      samples[method].push(await timed(() => once(two, target, sshds)))
    }
  }
  report('redeliver, 1 % changed, vs rsync', samples.ours, samples.rsync)
}

function report(name: string, us: readonly number[], them: readonly number[]): void {
  const [a, b] = [median(us), median(them)]
  console.log(`${name}: ${a.toFixed(3)} s, ${b.toFixed(3)} s, ${(a / b).toFixed(2)}`)
}

async function main(): Promise<void> {
  const sshds = await Promise.all(Array.from({ length: hosts }, () => startSshd()))
  const kept = await openPluginState(join(folder, 'state'))
  state = kept.state
  try {
    const one = sshds.slice(0, 1)
    const small = smallFiles('small', '')
    await timed(() => ours(small, place(one[0] as TestSshd), one)) // loads ssh2
    await compare('deliver small', small, one, rounds)
    await compare('deliver small', small, sshds, rounds)
    const withCopy = smallFiles(
      'small-copy',
      `files:\n  - source: site\n    destination: ${join(folder, 'targets/app')}\n`,
    )
    await compare('deploy small', withCopy, one, rounds)
    await redeploy(small, smallFiles('small-changed', '', 'changed'), one)
    const big = bigFile('big', '')
    await compare('deliver 200 MB', big, one, rounds)
    await compare('deliver 200 MB', big, sshds, Math.min(rounds, 3))
    console.log(`largest RSS: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
  } finally {
    keptPool.close()
    await kept.close()
    await Promise.all(sshds.map((sshd) => sshd.stop()))
    rmSync(folder, { recursive: true, force: true })
  }
}

void main()
