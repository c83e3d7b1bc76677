import { join } from 'node:path'
import type { JobApiAccess } from '@penstock/core'
import { testActionProvider } from '@penstock/core/testkit'
import { lambda } from '../src/provider.js'
import { type StandInJobApi, startJobApi } from './job-api.js'

/** One for each run: a killed server's waits for ever for its report. */
const apis: StandInJobApi[] = []
async function access(): Promise<JobApiAccess> {
  const api = await startJobApi()
  apis.push(api)
  return api.access()
}
afterEach(() => Promise.all(apis.splice(0).map((api) => api.stop())))

const folder = join(__dirname, 'functions')
const functions = {
  check: { folder, handler: 'index.succeed' },
  hang: { folder, handler: 'index.hangs' },
}

testActionProvider(
  'Lambda',
  () => lambda({ functions }),
  () => ({
    configuration: { FunctionName: 'check', UserParameters: 'http://site/' },
    jobApi: access,
    slow: { configuration: { FunctionName: 'hang' }, begun: 'START' },
    tempting: { secrets: { key: 'a-very-secret-key' } },
    bad: [{ configuration: { FunctionName: 'nowhere' }, says: 'FunctionName' }],
  }),
)
