/**
 * A server with builds running is killed with -9 again and again, and started on what it left. CRASH_KILLS says how often
 * on each store (8; 60 with PENSTOCK_LONG=1), CRASH_SEED when, CRASH_ISOLATION what builds run in (the sandbox; with
 * PENSTOCK_LONG=1, on SQLite, also nothing and containers).
 */
import { startPostgres, type TestPostgres } from '@penstock/core/testkit'
import { containerImage } from '../attacks/image.js'
import { cleanUp } from '../process/world.js'
import { Random } from '../simulation/random.js'
import { Client } from './support/client.js'
import { Installation } from './support/installation.js'
import { Ordeal } from './support/ordeal.js'
import { plans } from './support/pipelines.js'
import { sights } from './support/sights.js'
import { judge } from './support/verdict.js'

const kills = Number(process.env.CRASH_KILLS ?? (process.env.PENSTOCK_LONG === '1' ? 60 : 8))
const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 1e9))
jest.setTimeout(120_000 + kills * 30_000) // real processes, on machines that are busy

let postgres: TestPostgres | undefined
let installation: Installation | undefined
afterEach(async () => {
  await installation?.remove()
  installation = undefined
  await cleanUp()
})
afterAll(() => postgres?.stop())

const isLong = process.env.PENSTOCK_LONG === '1'
const levels = process.env.CRASH_ISOLATION?.split(',') ?? (isLong ? ['sandbox', 'none', 'container'] : ['sandbox'])
const trials = [
  ...levels.map((level) => ['sqlite', level] as const),
  ...(levels.includes('sandbox') ? [['postgres', 'sandbox'] as const] : []),
]

test.each(trials)('kill -9 at any moment loses no build, no result and no line (%s, %s)', async (store, isolation) => {
  const image = isolation === 'container' ? containerImage() : undefined
  if (isolation === 'container' && image === undefined)
    return void process.stdout.write('skipped: podman runs no container on this machine\n')
  const databaseUrl = store === 'postgres' ? await databaseOf() : undefined
  const worker = { isolation, ...(image === undefined ? {} : { image }) }
  installation = await Installation.create({ worker, ...(databaseUrl === undefined ? {} : { databaseUrl }) })
  const client = new Client(installation, await installation.createKeys())
  const random = new Random(seed)
  const ordeal = new Ordeal(installation, client, { plans, random, kills })
  const { story, server } = await ordeal.run()
  const { problems, executions, builds, lost } = await judge({ clients: [client], plans, places: ordeal.places, story })
  if (process.env.CRASH_KILLS !== undefined) {
    const met = sights.map((sight) => `${story.met.get(sight) ?? 0} ${sight}`).join(', ')
    const counts = `${executions} executions, ${builds} builds, ${lost} lost to a killed supervisor`
    process.stdout.write(`${store}, ${isolation}, seed ${seed}: ${kills} kills, ${counts}; met actions ${met}
`)
  }
  expect({ seed, problems }).toEqual({ seed, problems: [] })
  expect(builds).toBeGreaterThan(kills)
  await server.stop()
})

async function databaseOf(): Promise<string> {
  postgres = await startPostgres()
  return postgres.database()
}
