import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import pg from 'pg'
import { startPostgres, type TestPostgres } from '../../src/testkit/postgres.js'

jest.setTimeout(60_000)

describe('startPostgres', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres.stop())

  async function ask(url: string, question: string): Promise<string> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query({ text: question, rowMode: 'array' }).finally(() => client.end())
    return String(rows[0]?.[0])
  }

  it('answers queries over its socket', async () => {
    expect(await ask(postgres.url, 'select 40 + 2')).toBe('42')
  })

  it('gives every caller a database of its own', async () => {
    const [one, two] = [await postgres.database(), await postgres.database()]
    await ask(one, 'create table only_here as select 1; ').catch(() => undefined)
    expect(await ask(one, "select to_regclass('only_here') is not null")).toBe('true')
    expect(await ask(two, "select to_regclass('only_here') is not null")).toBe('false')
  })

  it('leaves neither process nor file behind', async () => {
    const other = await startPostgres()
    const folder = decodeURIComponent(new URL(other.url).searchParams.get('host') ?? '')
    expect(existsSync(folder)).toBe(true)
    await other.stop()
    expect(existsSync(folder)).toBe(false)
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(folder)
  })
})
