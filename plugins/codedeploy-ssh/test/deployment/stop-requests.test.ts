/** The end of a deployment, asked for at any server. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock, openPluginState, type TestPluginState } from '@penstock/core/testkit'
import { StopRequests } from '../../src/deployment/stop-requests.js'
import { eventually } from '../support/wait.js'

let folder: string
let kept: TestPluginState
let clock: FakeClock
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-stops-'))
  kept = await openPluginState(folder)
  clock = new FakeClock()
})
afterEach(async () => {
  await kept.close()
  rmSync(folder, { recursive: true, force: true })
})

const server = () => new StopRequests(kept.state, clock)
const requests = async () => (await kept.state.list({ prefix: 'stops/' })).map(({ key }) => key)
/** Time goes by until `what` is so. */
const later = (what: string, isSo: () => boolean) =>
  eventually(what, async () => {
    await clock.advance(1000)
    return isSo()
  })

test('where it runs it ends at once, and nothing is left', async () => {
  const here = server()
  const [one, two] = [here.watch('d-ONE000000'), here.watch('d-TWO000000')]
  await here.ask('d-ONE000000', 'ada')
  expect(one.signal.reason).toMatchObject({ message: 'the deployment was stopped by ada' })
  expect(two.signal.aborted).toBe(false)
  expect(await requests()).toEqual([])
  for (const watched of [one, two]) watched.end()
})

test('asked for elsewhere, it is found by the server that runs it, and by no other', async () => {
  const [here, other, asked] = [server(), server(), server()]
  const own = here.watch('d-ONE000000')
  const others = other.watch('d-TWO000000')
  await asked.ask('d-ONE000000', 'ada')
  expect(own.signal.aborted).toBe(false)
  await later('it is found', () => own.signal.aborted)
  expect(own.signal.reason).toMatchObject({ message: 'the deployment was stopped by ada' })
  expect(others.signal.aborted).toBe(false)
  await eventually('it is forgotten', async () => (await requests()).length === 0)
  for (const watched of [own, others]) watched.end()
})

test('asked for while nobody runs it, it is found by whoever takes it up, even beside others that run', async () => {
  await server().ask('d-ONE000000', 'ada')
  const here = server()
  const other = here.watch('d-TWO000000')
  const taken = here.watch('d-ONE000000')
  await later('it is found', () => taken.signal.aborted)
  expect(other.signal.aborted).toBe(false)
  for (const watched of [other, taken]) watched.end()
})

test('a server that runs nothing looks no more', async () => {
  const here = server()
  here.watch('d-ONE000000').end()
  expect(clock.pending).toBe(0)
})
