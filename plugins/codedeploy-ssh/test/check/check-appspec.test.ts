/** What is found before any host is touched: in files, in bundles, in the groups of penstock.yaml. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv from 'ajv'
import { parse } from 'yaml'
import { parseAppSpec } from '../../src/appspec/parse.js'
import { appSpecSchema } from '../../src/appspec/schema.js'
import { checkAppSpec } from '../../src/check/check-appspec.js'
import { groupFindings } from '../../src/check/group-findings.js'
import { propertyProblems } from '../../src/group/resolve-group.js'
import { script, writeBundle } from '../support/bundle.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-check-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const config = {
  hosts: {
    web1: { host: '10.0.0.1', user: 'deploy', password: 'x' },
    web2: { host: '10.0.0.2', user: 'deploy', password: 'x' },
  },
  applications: {
    site: {
      groups: {
        good: { hosts: ['web1', 'web2'], deploymentConfig: 'CodeDeployDefault.AllAtOnce' },
        config: { hosts: ['web1'], deploymentConfig: 'Nightly' },
        key: { hosts: [{ host: '10.0.0.3', user: 'a', identityFile: '/nonexistent/key' }] },
        nobody: { tags: { role: 'none' } },
      },
    },
  },
}

test('a file alone: everything that is wrong, with line and column', async () => {
  const path = join(folder, 'appspec.yml')
  writeFileSync(path, 'version: 0.0\nos: linux\nos: windows\nhooks:\n  AfterInstall:\n    - timeout: 5m\n')
  expect(await checkAppSpec({}, { path })).toEqual({
    file: path,
    hosts: [],
    steps: [],
    findings: [
      {
        severity: 'error',
        path: 'os',
        line: 3,
        column: 5,
        message: expect.stringContaining('unsupported operating system'),
      },
      {
        severity: 'error',
        path: 'hooks.AfterInstall[0].location',
        line: 6,
        column: 7,
        message: expect.stringContaining('is missing'),
      },
      {
        severity: 'error',
        path: 'hooks.AfterInstall[0].timeout',
        line: 6,
        column: 16,
        message: expect.stringContaining('whole number'),
      },
    ],
  })
})

test('a bundle: what its files clash on, which scripts could not run, and what would happen on which host', async () => {
  const path = writeBundle(join(folder, 'bundle'), {
    'appspec.yml': `version: 0.0
os: linux
files:
  - source: www
    destination: /srv/www
hooks:
  AfterInstall:
    - location: good.sh
    - location: windows.sh
      runas: deploy
    - location: none.sh
`,
    'www/index.html': 'x',
    'good.sh': script('true'),
    'windows.sh': '#!/bin/sh\r\ntrue\r\n',
  })
  const report = await checkAppSpec(config, { path, group: 'site/good' })
  expect(report.hosts).toEqual(['web1', 'web2'])
  expect(report.findings.map(({ severity, line, message }) => `${severity} ${line}: ${message}`)).toEqual([
    `warning 9: the first line of "windows.sh" ends with Windows's line end: save the file with LF line ends`,
    'warning 11: "none.sh" is not a file of the bundle',
  ])
  expect(report.steps).toContain('  copy www/index.html -> /srv/www/index.html')
  expect(report.steps).toContain('AfterInstall: windows.sh (3600 s, as deploy)')
})

test('a bundle whose files clash has no steps, and the entry is named', async () => {
  const path = writeBundle(join(folder, 'clash'), {
    'appspec.yml':
      'version: 0.0\nos: linux\nfiles:\n  - source: a/x\n    destination: /srv\n  - source: b/x\n    destination: /srv\n',
    'a/x': '1',
    'b/x': '2',
  })
  const report = await checkAppSpec(config, { path })
  expect(report.steps).toEqual([])
  expect(report.findings).toEqual([
    {
      severity: 'error',
      path: 'files[1]',
      line: 6,
      column: 5,
      message: expect.stringMatching(/^two source files named "a\/x" and "b\/x"/),
    },
  ])
})

test('the groups of penstock.yaml: names, configurations, key files and known hosts', async () => {
  const known = { ...config, knownHosts: '10.0.0.1 ssh-ed25519 AAAA\n' }
  const found = (await groupFindings(known, undefined)).map(({ group, problem }) => `${group}: ${problem}`)
  expect(found).toEqual([
    expect.stringMatching(
      /^site\/good: the host key of deploy@10\.0\.0\.2 is not known: ssh-keyscan 10\.0\.0\.2 shows it/,
    ),
    expect.stringMatching(/^site\/config: .*unknown deployment configuration "Nightly"/),
    expect.stringMatching(/^site\/key: cannot read the identity file \/nonexistent\/key/),
    expect.stringMatching(/^site\/key: the host key of a@10\.0\.0\.3 is not known/),
    expect.stringMatching(/^site\/nobody: .*no host has the tags role=none/),
  ])
})

test.each([
  [{ DeploymentGroupName: 'nowhere' }, /DeploymentGroupName is not known/],
  [{ ApplicationName: 'other' }, /ApplicationName is not known/],
  [{ DeploymentConfigName: 'Nightly' }, /unknown deployment configuration "Nightly"/],
])('saving a pipeline with %j is refused', (properties, problem) => {
  const given = { ApplicationName: 'site', DeploymentGroupName: 'good', ...properties }
  expect(propertyProblems(given, config)).toEqual([expect.stringMatching(problem)])
})

test.each([
  [{ DeploymentGroupName: '#{variables.Group}' }, config],
  [{ DeploymentGroupName: 'later' }, {}],
  [{ DeploymentGroupName: 'own', Hosts: 'web9' }, { hosts: config.hosts }],
])('saving a pipeline with %j is not, as far as can be known', (properties, given) => {
  expect(propertyProblems({ ApplicationName: 'site', ...properties }, given)).toEqual([])
})

const valid = new Ajv({ allowUnionTypes: true }).compile(appSpecSchema as object)
test.each([
  'version: 0.0\nos: linux\n',
  'version: 0.0\nos: linux\nfiles:\nhooks:\n  AfterInstall:\n    - {location: a, timeout: 300, runas: root}\n',
  'version: 0.0\nos: linux\nfile_exists_behavior: RETAIN\nfiles: [{source: /, destination: /srv}]\npermissions: [{object: /srv, mode: "0644", acls: ["u:a:r"], type: [file]}]\n',
])('what an editor takes the server takes: %j', (text) => {
  expect(valid(parse(text))).toBe(true)
  expect(() => parseAppSpec(text)).not.toThrow()
})
test.each([
  'version: 1\nos: linux\n',
  'version: 0.0\nos: windows\n',
  'version: 0.0\nos: linux\nhooks: {Start: []}\n',
  'version: 0.0\nos: linux\nfiles: [{source: a}]\n',
  'version: 0.0\nos: linux\nfiles: [{source: a, destination: x}]\n',
  'version: 0.0\nos: linux\npermissions: [{owner: a}]\n',
])('what an editor marks the server refuses: %j', (text) => {
  expect(valid(parse(text))).toBe(false)
  expect(() => parseAppSpec(text)).toThrow()
})
