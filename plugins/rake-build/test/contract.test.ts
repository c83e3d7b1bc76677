import { testActionProvider } from '@penstock/core/testkit'
import { rake } from '../src/provider.js'

const rakefile = `task(:default) { sh 'echo made >page.html' }
task(:slow) { puts 'begun'; $stdout.flush; sh 'sleep 60' }
task(:tell) { puts "the token is #{ENV['TOKEN']}"; sh 'echo $TOKEN; exit 3' }
`

testActionProvider('Rake', () => rake('Build'), {
  inputs: { Source: { Rakefile: rakefile } },
  outputs: ['Site'],
  slow: { configuration: { Task: 'slow' }, begun: 'begun' },
  tempting: {
    configuration: { Task: 'tell', Environment: '{"TOKEN": "{{secret:token}}"}' },
    secrets: { token: 'rake-s3cret-0' },
  },
  bad: [
    { configuration: { Timeout: '0' }, says: 'Timeout' },
    { configuration: { WorkingDirectory: '..' }, says: 'WorkingDirectory' },
    { configuration: { Environment: '[]' }, says: 'Environment' },
    { configuration: { Task: 'deploi' }, says: /deploi.*rake -T/ },
  ],
})
