import { checkJsonPaths, loadJsonQuery } from '../../src/operations/json-query.js'

const payload = { ref: 'refs/heads/main', commits: [{ id: 1 }, { id: 2 }], 'odd name': true }

test.each<[string, unknown[]]>([
  ['$.ref', ['refs/heads/main']],
  ['$.commits[0].id', [1]],
  ['$.commits[*].id', [1, 2]],
  ['$..id', [1, 2]],
  ["$['odd name']", [true]],
  ['$.nothing', []],
])('W2: %s', async (path, found) => {
  await expect(checkJsonPaths([path])).resolves.toBeUndefined()
  expect((await loadJsonQuery())(path, payload)).toEqual(found)
})

test.each(['ref', '', '$.commits[?(@.id==1)]', '$.commits[(@.length-1)]', '$..*..*..*', '$.a`number`'])(
  'W2: %s is refused',
  async (path) => {
    await expect(checkJsonPaths(['$.ref', path])).rejects.toMatchObject({
      code: 'InvalidWebhookFilterPatternException',
    })
  },
)

test('a script in a path is not run, even if it got through', async () => {
  const query = await loadJsonQuery()
  expect(() => query('$[?(globalThis.wasRun = true)]', payload)).toThrow()
  expect(globalThis).not.toHaveProperty('wasRun')
})
