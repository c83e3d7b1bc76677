/** What Prometheus reads; what the board and the alerts ask for is there. Debian's promtool judges both, where it is installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Principal } from '../../src/domain/access.js'
import { startTestServer, type TestServer } from '../../src/testkit/test-server.js'

jest.setTimeout(60_000) // real files and ports, on machines that are busy

const monitoring = resolve(__dirname, '../../../config/monitoring')
const me: Principal = { name: 'me', arn: 'arn:aws:iam::000000000000:user/me', policies: ['AWSCodePipeline_FullAccess'] }
let server: TestServer
let text: string

const provider = (category: string, provider: string, run: () => Promise<void>) => ({
  category,
  provider,
  configuration: {},
  ...(category === 'Source'
    ? { outputArtifacts: 1, latestRevision: async () => ({ revisionId: 'r1' }) }
    : { inputArtifacts: [0, 1] }),
  run,
})

beforeAll(async () => {
  server = await startTestServer({
    bundled: ['manual-approval'],
    plugins: [
      provider('Source', 'Ready', async () => {}) as never,
      provider('Build', 'Breaks', async () => {
        throw new Error('it breaks')
      }) as never,
    ],
  })
  await scrape() // counting begins here
  for (const [name, last] of [
    ['broken', build],
    ['asking', approval],
  ] as const)
    await create(name, last)
  // What ended is counted when the hooks are told, a moment after it can be seen.
  for (let tries = 0; tries < 500; tries++) {
    text = await scrape()
    const isCounted = reading('penstock_actions_total{status="Succeeded",code=""}') === 2
    const isOver = text.includes('penstock_executions_total{')
    if (isCounted && isOver && reading('penstock_approvals_waiting{kind="all"}') === 1) break
    await new Promise((go) => setTimeout(go, 50))
  }
})
afterAll(() => server?.stop())

const build = { name: 'Break', actionTypeId: { category: 'Build', owner: 'Custom', provider: 'Breaks', version: '1' } }
const approval = { name: 'Ask', actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } }

async function create(name: string, last: object): Promise<void> {
  const fetch = {
    name: 'Fetch',
    actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Ready', version: '1' },
    outputArtifacts: [{ name: 'code' }],
  }
  await server.services.operations.createPipeline(me, {
    pipeline: {
      name,
      roleArn: 'arn:aws:iam::000000000000:role/penstock',
      artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
      stages: [
        { name: 'Source', actions: [fetch] },
        { name: 'Last', actions: [last] },
      ],
    },
  } as never)
}

const scrape = async () => (await fetch(`${server.address}/metrics`)).text()
const reading = (series: string) => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

test('what ended is counted, with why and for how long; what waits is a gauge', () => {
  expect(reading('penstock_executions_total{pipeline="broken",status="Failed"}')).toBe(1)
  expect(reading('penstock_execution_duration_seconds_count{status="Failed"}')).toBe(1)
  expect(reading('penstock_actions_total{status="Failed",code="JobFailed"}')).toBe(1)
  expect(reading('penstock_actions_total{status="Succeeded",code=""}')).toBe(2)
  expect(reading('penstock_executions_live{status="InProgress"}')).toBe(1)
  expect(reading('penstock_job_oldest_wait_seconds{kind="all"}')).toBe(0)
  expect(reading('penstock_disk_bytes{kind="size"}')).toBeGreaterThan(reading('penstock_disk_bytes{kind="free"}') ?? 0)
})

test('the board, the alerts and the table of metrics name what is there, and the table names all of it', () => {
  const there = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name))
  const named = (file: string) =>
    [...readFileSync(join(monitoring, file), 'utf8').matchAll(/\b(?:penstock|process|nodejs)_[a-z0-9_]+\b/g)].map(
      ([name]) => name.replace(/_(bucket|count|sum)$/, ''),
    )
  for (const file of ['grafana.json', 'alerts.yml', 'README.md'])
    expect(named(file).filter((name) => !there.has(name) && !/_$/.test(name))).toEqual([])
  const own = [...there].filter((name) => name.startsWith('penstock_'))
  expect(own.filter((name) => !named('README.md').includes(name))).toEqual([])
})

const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const withPromtool = hasPromtool ? test : test.skip

withPromtool('promtool finds nothing wrong with the metrics, the alerts and the configuration', () => {
  // Node's own are named by the client library.
  const own = text.split('\n').filter((line) => /^(# (TYPE|HELP) )?penstock_/.test(line))
  expect(execFileSync('promtool', ['check', 'metrics'], { input: `${own.join('\n')}\n`, encoding: 'utf8' })).toBe('')
  execFileSync('promtool', ['check', 'config', join(monitoring, 'prometheus.yml')])
})
