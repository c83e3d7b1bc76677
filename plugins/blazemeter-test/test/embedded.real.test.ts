import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort, runAction } from '@penstock/core/testkit'
import { blazeMeter } from '../src/provider.js'

jest.setTimeout(60_000)

let site: Server | undefined
afterEach(() => {
  site?.closeAllConnections()
  site?.close()
})

async function serve(listener: RequestListener): Promise<string> {
  site = createServer(listener)
  await new Promise<void>((resolve) => site?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/`
}

const provider = blazeMeter({})

describe('the embedded load engine', () => {
  it('measures, judges and reports, and says that it is not BlazeMeter', async () => {
    let asked = 0
    const Url = await serve((_request, response) => {
      asked++
      setTimeout(() => response.end('hello'), 5)
    })
    const done = await runAction(provider, {
      configuration: { Url, Users: '4', Duration: '2s', Thresholds: 'errors<1%, p95<5000, hits/s>1' },
      outputs: ['Report'],
    })
    expect(done.failure).toBeUndefined()
    expect(done.log).toContain('embedded load engine, not BlazeMeter')
    expect(done.result?.summary).toContain('embedded load engine, not BlazeMeter')
    const report = JSON.parse(readFileSync(join(done.outputs.Report ?? '', 'load-report.json'), 'utf8'))
    expect(report).toMatchObject({
      engine: 'embedded load engine, not BlazeMeter',
      label: 'ALL',
      failed: 0,
      errorsPercent: 0,
    })
    expect(report.hits).toBeGreaterThan(20)
    expect(report.hits).toBeLessThanOrEqual(asked)
    expect(report.min).toBeGreaterThanOrEqual(4)
    expect(report.p90).toBeLessThanOrEqual(report.p95)
    expect(report.p95).toBeLessThanOrEqual(report.p99)
    expect(report.p99).toBeLessThanOrEqual(report.max + 0.1)
  })

  it('fails on errors even when no threshold was asked for', async () => {
    let count = 0
    const Url = await serve((_request, response) => {
      response.statusCode = ++count % 2 === 0 ? 500 : 200
      response.end()
    })
    const done = await runAction(provider, { configuration: { Url, Users: '2', Duration: '1s' } })
    expect(done.failure?.message).toMatch(/^Thresholds: errors<1% does not hold: it was (49|50|51)(\.\d+)? %$/)
  })

  it.each([
    { it: 'nobody listens', url: async () => `http://127.0.0.1:${await freePort()}/`, why: /ECONNREFUSED/ },
    {
      it: 'every answer is an error',
      url: () => serve((_, response) => void response.writeHead(404).end()),
      why: /times HTTP 404/,
    },
  ])('fails with the reason when $it', async ({ url, why }) => {
    const done = await runAction(provider, { configuration: { Url: await url(), Users: '1', Duration: '1s' } })
    expect(done.failure?.message).toMatch(/none of \d+ requests to .* succeeded/)
    expect(done.failure?.message).toMatch(why)
  })

  it('is used for a TestId when there is no account, and says so', async () => {
    const Url = await serve((_request, response) => response.end())
    const done = await runAction(provider, { configuration: { TestId: '12', Url, Users: '1', Duration: '1' } })
    expect(done.outcome).toBe('succeeded')
    expect(done.log).toContain('TestId 12 is not used: there is no BlazeMeter account')
  })

  it('needs an address', async () => {
    const done = await runAction(provider, { configuration: { TestId: '12' } })
    expect(done.failure).toMatchObject({
      type: 'ConfigurationError',
      message: expect.stringContaining('Url is missing'),
    })
  })
})
