import { testActionProvider } from '@penstock/core/testkit'
import { codeBuild } from '../src/codebuild/provider.js'
import { commands } from '../src/commands.js'
import { shell } from '../src/shell.js'

const inputs = { Source: { 'run.sh': '#!/bin/sh\necho one >out.txt\n' } }
const tempting = {
  secrets: { token: 'shell-s3cret-0' },
  environmentVariables: [{ name: 'TOKEN', value: '{{secret:token}}' }],
}
const tell = 'echo "the token is $TOKEN"; exit 3'

testActionProvider('Shell', () => shell('Build'), {
  inputs,
  configuration: { Command: './run.sh' },
  outputs: ['Out'],
  slow: { configuration: { Command: 'echo begun; sleep 60' }, begun: '\nbegun' },
  tempting: { ...tempting, configuration: { Command: tell } },
  bad: [
    { configuration: { Timeout: '-1' }, says: 'Timeout' },
    { configuration: { WorkingDirectory: 'nowhere' }, says: 'WorkingDirectory' },
    { configuration: { Environment: 'x' }, says: 'Environment' },
    { configuration: { Command: ' ' }, says: 'Command is missing' },
  ],
})

testActionProvider('Commands', commands, {
  inputs,
  commands: ['./run.sh', 'echo two >>out.txt'],
  outputs: [{ name: 'Out', files: ['out.txt'] }],
  slow: { commands: ['echo begun', 'sleep 60'], begun: '\nbegun' },
  tempting: { ...tempting, commands: [tell] },
})

testActionProvider('CodeBuild', () => codeBuild('Build'), {
  inputs: {
    Source: {
      'buildspec.yml':
        'version: 0.2\nphases:\n  build:\n    commands: [echo one >out.txt]\nartifacts:\n  files: [out.txt]\n',
    },
  },
  configuration: { ProjectName: 'site' },
  outputs: ['Out'],
  slow: {
    inputs: { Source: { 'buildspec.yml': 'version: 0.2\nphases:\n  build:\n    commands: [echo begun, sleep 60]\n' } },
    begun: '\nbegun',
  },
})
