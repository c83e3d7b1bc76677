import { testActionProvider } from '@penstock/core/testkit'
import { apica } from '../src/provider.js'
import { type ApicaServer, startApica, token } from './apica-server.js'

let server: ApicaServer
beforeEach(async () => {
  server = await startApica()
})
afterEach(() => server.stop())

testActionProvider('Apica', () => apica({ baseUrl: server.url, pollSeconds: 0.02 }), {
  configuration: { Preset: 'smoke', RunnableFile: 'Home.class', ApiToken: token },
  outputs: ['Report'],
  slow: { configuration: { Preset: 'soak' }, begun: 'look' },
  bad: [{ configuration: { Thresholds: 'p95<fast' }, says: 'Thresholds' }],
  effects: () => server.seen.filter((route) => route === 'POST /selfservicejobs/preset').length,
})
