import { type Place, readPlace, writePlace } from '../../src/deployment/checkpoint.js'
import { newDeploymentId } from '../../src/deployment/deployment-id.js'

const place: Place = {
  deploymentId: 'd-ABC123DEF',
  started: 5,
  hosts: ['Succeeded', 'InProgress', 'Pending', 'Failed', 'Skipped'],
}
const ids = ['a', 'b', 'c', 'd', 'e']

test('what is written is read again', () => {
  expect(readPlace(JSON.parse(JSON.stringify(writePlace(place, ids))), ids)).toEqual(place)
  const rollback = { ...place, rollbackOf: { deploymentId: 'd-1', message: 'why' } }
  expect(readPlace(writePlace(rollback, ids), ids)).toEqual(rollback)
})

test('another list of hosts is another deployment', () => {
  expect(readPlace(writePlace(place, ids), ['a', 'b', 'c', 'd', 'x'])).toBeUndefined()
})

test.each([undefined, null, 'text', {}, { v: 2 }])('%j is no place', (checkpoint) => {
  expect(readPlace(checkpoint, ids)).toBeUndefined()
})

test('a thousand hosts fit into a continuation token', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `host${index}`)
  const hosts = many.map(() => 'InProgress' as const)
  const rollbackOf = { deploymentId: 'd-ABC123DEF', message: '"'.repeat(5000) }
  expect(JSON.stringify(writePlace({ ...place, hosts, rollbackOf }, many)).length).toBeLessThanOrEqual(2048)
})

test('ids are CodeDeploy-shaped', () => {
  expect(newDeploymentId()).toMatch(/^d-[A-Z0-9]{9}$/)
})
