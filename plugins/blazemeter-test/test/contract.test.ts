import { testActionProvider } from '@penstock/core/testkit'
import { blazeMeter } from '../src/provider.js'
import { account, type BlazeMeterServer, startBlazeMeter } from './blazemeter-server.js'

let server: BlazeMeterServer

/** A run whose note says so does not end. */
const isEndless = (route: string) =>
  route.startsWith('GET /masters/77/status') && server.bodies['PATCH /masters/77']?.includes('endless')

beforeEach(async () => {
  server = await startBlazeMeter({
    override: (route) =>
      isEndless(route) ? { status: 200, result: { progress: 110, status: 'DATA_RECEIVED' } } : undefined,
  })
})
afterEach(() => server.stop())

testActionProvider('BlazeMeter', () => blazeMeter({ baseUrl: server.url, pollSeconds: 0.02 }), {
  configuration: { TestId: '12', ApiKeyId: account.apiKeyId, ApiKeySecret: account.apiKeySecret },
  slow: { configuration: { Note: 'endless' }, begun: 'DATA_RECEIVED' },
  bad: [
    { configuration: { TestId: 'home page' }, says: 'TestId' },
    { configuration: { Thresholds: 'p95<fast' }, says: 'Thresholds' },
  ],
  effects: () => server.seen.filter((route) => route === 'POST /tests/12/start').length,
})
