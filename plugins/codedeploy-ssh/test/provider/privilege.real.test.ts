/** The stock logins of clouds: they may use sudo, and nothing else lets them write where applications are. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPluginState, runAction, startSshd, type TestPluginState, type TestSshd } from '@penstock/core/testkit'
import { codeDeploy, connectionPool, sharedParts } from '../../src/provider.js'
import { type Content, script, writeBundle } from '../support/bundle.js'

jest.setTimeout(120_000)

const asRoot = process.getuid?.() === 0 && existsSync('/etc/sudoers.d') ? describe : describe.skip
const sudoers = '/etc/sudoers.d/penstock-test'
const password = 'correct horse: battery'

asRoot('become', () => {
  const sshds = new Map<string, TestSshd>()
  const pool = connectionPool({})
  let folder: string
  let kept: TestPluginState
  /** Amazon Linux, Ubuntu and Debian; one whom sudo asks for a password, and one whom it does not let. */
  const users = ['ec2-user', 'ubuntu', 'admin', 'penstock-ask', 'penstock-none']

  beforeAll(async () => {
    folder = mkdtempSync('/tmp/penstock-privilege-')
    chmodSync(folder, 0o755)
    kept = await openPluginState(join(folder, 'state'))
    writeFileSync(
      sudoers,
      'ec2-user,ubuntu,admin ALL=(ALL) NOPASSWD:ALL\npenstock-ask ALL=(ALL) ALL\nDefaults:penstock-ask timestamp_timeout=0\n',
      { mode: 0o440 },
    )
    for (const user of users) sshds.set(user, await startSshd({ user }))
    execFileSync('chpasswd', { input: `penstock-ask:${password}\n` })
  })
  afterAll(async () => {
    pool.close()
    for (const sshd of sshds.values()) await sshd.stop()
    await kept.close()
    rmSync(sudoers, { force: true })
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    rmSync(join(folder, 'www'), { recursive: true, force: true })
    mkdirSync(join(folder, 'www'), { mode: 0o755 }) // root's, as /var/www is
  })

  const spec = () => `version: 0.0
os: linux
files:
  - source: site
    destination: ${folder}/www/html
permissions:
  - object: ${folder}/www/html
    owner: www-data
    mode: 640
    type: [file]
hooks:
  AfterInstall:
    - location: who.sh
    - location: who.sh
      runas: penstock-none
`
  let bundles = 0
  function deploy(
    user: string,
    properties: Readonly<Record<string, string>>,
    hosts = sshds.get(user),
    files: Readonly<Record<string, Content>> = {
      'appspec.yml': spec(),
      'site/index.html': 'hello',
      'who.sh': script('echo "I am $(id -un)"'),
    },
  ) {
    const bundle = writeBundle(join(folder, `bundle${bundles++}`), files)
    return runAction(codeDeploy(sharedParts({}, kept.state, join(folder, 'data'), pool)), {
      configuration: {
        ApplicationName: 'site',
        DeploymentGroupName: user,
        Hosts: `${user}@127.0.0.1:${hosts?.port}`,
        IdentityFile: hosts?.privateKeyFile ?? '',
        KnownHosts: hosts?.knownHostsFile ?? '',
        DeploymentRoot: join(folder, 'root-%p'),
        ...properties,
      },
      inputs: { Built: bundle },
    })
  }

  test.each(['ec2-user', 'ubuntu', 'admin'])('%s becomes root for Install and for scripts', async (user) => {
    const run = await deploy(user, { Become: 'sudo' })
    expect(run.log).toContain('Succeeded')
    expect(run).toMatchObject({ outcome: 'succeeded' })
    expect(run.log).toContain('who.sh | I am root')
    expect(run.log).toContain('who.sh | I am penstock-none')
    const file = join(folder, 'www/html/index.html')
    expect(readFileSync(file, 'utf8')).toBe('hello')
    expect((statSync(file).mode & 0o777).toString(8)).toBe('640')
    expect(execFileSync('stat', ['-c', '%U', file], { encoding: 'utf8' }).trim()).toBe('www-data')
  })

  test('without it, the login cannot write there, and is told of it', async () => {
    mkdirSync(join(folder, 'open'), { mode: 0o777 })
    chmodSync(join(folder, 'open'), 0o777)
    const run = await deploy('ec2-user', { DeploymentGroupName: 'plain', DeploymentRoot: join(folder, 'open') })
    expect(run.failure?.message).toMatch(/Install: cannot make a directory: .*Permission denied/)
    expect(run.failure?.message).toContain('become: sudo')
  })

  test('a password goes to sudo, and appears nowhere', async () => {
    const run = await deploy('penstock-ask', { BecomePassword: password })
    expect(run).toMatchObject({ outcome: 'succeeded' })
    expect(run.log).toContain('who.sh | I am root')
    expect(run.log).not.toContain(password)
  })

  test('a password that sudo does not ask for reaches no shell', async () => {
    const run = await deploy('ubuntu', { BecomePassword: 'touch /tmp/penstock-pwned' })
    expect(run).toMatchObject({ outcome: 'succeeded' })
    expect(existsSync('/tmp/penstock-pwned')).toBe(false)
  })

  test('a wrong password is tried once', async () => {
    const run = await deploy('penstock-ask', { BecomePassword: 'wrong-one' })
    expect(run.failure?.message).toContain('could not become root with sudo: its password was refused')
    expect(run.log + run.failure?.message).not.toContain('wrong-one')
  })

  test('a password that is needed and not given', async () => {
    const run = await deploy('penstock-ask', { Become: 'sudo' })
    expect(run.failure?.message).toMatch(
      /could not become root with sudo .*a password is required: give become a password/,
    )
  })

  test('a login that may not use sudo', async () => {
    const run = await deploy('penstock-none', { Become: 'sudo' })
    expect(run.failure?.message).toMatch(/could not become root with sudo .*give become a password, or allow the login/)
  })

  test('another user than root', async () => {
    const run = await deploy('admin', { BecomeUser: 'nosuchuser', DeploymentGroupName: 'other' })
    expect(run.failure?.message).toMatch(
      /could not become nosuchuser with sudo .*become.user names a user that is not there/,
    )
  })

  test('a user of a script who is not on the host is named', async () => {
    const run = await deploy('ubuntu', { Become: 'sudo', DeploymentGroupName: 'runas' }, undefined, {
      'appspec.yml': 'version: 0.0\nos: linux\nhooks: {AfterInstall: [{location: a.sh, runas: nosuchuser}]}\n',
      'a.sh': script('true'),
    })
    expect(run.failure?.message).toContain('a.sh run as user nosuchuser failed: this host has no user nosuchuser')
  })

  test.each([
    ['www-data', /a.sh run as user www-data failed with exit code 1: the shell of www-data lets nobody in/],
    [
      'penstock-none',
      /a.sh run as user penstock-none failed .*: penstock-none may not enter \S*\/closed \(drwx------\)/,
    ],
  ])('a script that %s cannot run says why', async (runas, message) => {
    const closed = join(folder, 'closed')
    rmSync(closed, { recursive: true, force: true })
    mkdirSync(closed, { mode: 0o700 })
    const run = await deploy(
      'ubuntu',
      {
        Become: 'sudo',
        DeploymentGroupName: runas,
        DeploymentRoot: runas === 'www-data' ? join(folder, 'open') : closed,
      },
      undefined,
      {
        'appspec.yml': `version: 0.0\nos: linux\nhooks: {AfterInstall: [{location: a.sh, runas: ${runas}}]}\n`,
        'a.sh': script('true'),
      },
    )
    expect(run.failure?.message).toMatch(message)
  })

  test("root's login of a stock image: the host's words, and what to do", async () => {
    const words = 'Please login as the user "ec2-user" rather than the user "root".'
    const stock = await startSshd({
      user: 'penstock-none',
      settings: [`ForceCommand echo '${words}'; echo; exit 142`],
    })
    try {
      const run = await deploy('penstock-none', { DeploymentGroupName: 'stock' }, stock)
      expect(run.failure?.message).toContain('the login did not run our command (exit code 142); it said: ')
      expect(run.failure?.message).toContain(words)
      expect(run.failure?.message).toContain('(log in as ec2-user, with become: sudo for what only root may do)')
    } finally {
      await stock.stop()
    }
  })
})
