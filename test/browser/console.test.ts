/** The status page in a real browser, over a whole server with a real git repository: one of each for all of these. */
import { startWorld, type World } from './browser.js'
import { editorTests } from './editor.js'
import { liveTests } from './live.js'
import { pageTests } from './page.js'
import { scaleTests } from './scale.js'
import { steerTests } from './steer.js'

jest.setTimeout(600_000)

let world: World
const of = () => world
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.stop())

// It begins on an empty server.
describe('the page', () => pageTests(of))
describe('steering', () => steerTests(of))
describe('the editor', () => editorTests(of))
describe('large things', () => scaleTests(of))
describe('live', () => liveTests(of))

test('the browser had nothing to complain of', () => {
  expect(world.problems).toEqual([])
})
