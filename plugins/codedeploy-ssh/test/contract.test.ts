/** The contract of action providers, with a real sshd as the host. */
import { Socket } from 'node:net'
import { testActionProvider } from '@penstock/core/testkit'
import { codeDeploy, sharedParts } from '../src/provider.js'
import { startFleet, type TestFleet } from './support/fleet.js'

let fleet: TestFleet
beforeEach(async () => {
  fleet = await startFleet(1)
})
afterEach(() => fleet.stop())

/** The connections of servers that were killed: only the end of their process would close them, and here that is ours. */
afterAll(() => {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
  for (const handle of handles) if (handle instanceof Socket && handle.remotePort !== undefined) handle.destroy()
})

const appspec = (destination: string) => `version: 0.0
os: linux
files:
  - source: /www
    destination: ${destination}/www
hooks:
  AfterInstall:
    - location: hook.sh
      timeout: 120
`
const files = (hook: string) => ({
  'appspec.yml': appspec(fleet.app()),
  'www/index.html': 'hello',
  'hook.sh': `#!/bin/sh\n${hook}\n`,
})

testActionProvider(
  'CodeDeploy',
  () => codeDeploy(sharedParts(fleet.config(), fleet.state, `${fleet.folder}/data`)),
  () => ({
    configuration: { ApplicationName: 'site', DeploymentGroupName: 'production' },
    inputs: { Built: files('echo hooked') },
    slow: { inputs: { Built: files('echo begun; sleep 60') }, begun: 'begun' },
    mayWrite: [`${fleet.folder}/data`, `${fleet.folder}/state`],
    bad: [
      { configuration: { DeploymentGroupName: 'nowhere' }, says: 'DeploymentGroupName' },
      { configuration: { DeploymentConfigName: 'All' }, says: 'DeploymentConfigName' },
    ],
  }),
)
