import { testRuleProvider } from '@penstock/core/testkit'
import { commands } from '../src/commands.js'
import { deploymentWindow } from '../src/deployment-window.js'
import { variableCheck } from '../src/variable-check.js'

testRuleProvider('VariableCheck', () => variableCheck, {
  configuration: { Variable: 'main', Value: 'main' },
  fails: { configuration: { Value: 'beta' } },
  bad: [{ configuration: { Value: '(', Operator: 'MATCHES' }, says: 'Value' }],
})

testRuleProvider('DeploymentWindow', () => deploymentWindow, {
  configuration: { Cron: '* * * * * ? *' },
  fails: { configuration: { Cron: '* * * ? * * 2000' } },
  bad: [
    { configuration: { Cron: '* *' }, says: 'Cron' },
    { configuration: { TimeZone: 'Middle/Earth' }, says: 'TimeZone' },
  ],
})

testRuleProvider('Commands', () => commands, {
  inputs: { Source: { 'a.txt': 'a' } },
  commands: ['grep -q a a.txt', 'true'],
  fails: { commands: ['grep -q b a.txt'] },
  slow: { commands: ['echo begun', 'sleep 60'], begun: '\nbegun' },
})
