/** What a plugin keeps: the same rules on both databases, over one server or two. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { FolderArtifactStore } from '../../../src/artifacts/folder-store.js'
import { isStateConflict, type PluginState, type StateBlob } from '../../../src/host/state/plugin-state.js'
import { partSize } from '../../../src/host/state/state-door.js'
import { stateOverDoor } from '../../../src/host/state/state-over-door.js'
import { StoredState } from '../../../src/host/state/stored-state.js'
import { pluginValueStore } from '../../../src/store/plugin-value-store.js'
import { FakeClock } from '../../../src/testkit/fake-clock.js'
import { onEachDatabase } from '../../store/support/databases.js'

const hour = 60 * 60_000
const folder = mkdtempSync(join(tmpdir(), 'penstock-state-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const refusal = (code: string) => expect.objectContaining({ code })
const conflict = refusal('ConflictException')
const invalid = refusal('ValidationException')

async function bytesOf(blob: StateBlob | undefined): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of blob?.body ?? []) pieces.push(piece)
  return Buffer.concat(pieces)
}

onEachDatabase((database) => {
  let clock: FakeClock
  let artifacts: FolderArtifactStore
  let stored: StoredState
  let state: PluginState
  const of = (plugin: string) => stateOverDoor(() => stored.doorOf(plugin))
  beforeEach(async () => {
    clock = new FakeClock()
    artifacts = new FolderArtifactStore(mkdtempSync(join(folder, 'objects-')))
    await artifacts.open()
    stored = new StoredState({ values: pluginValueStore(database()), artifacts, bucket: 'kept', clock })
    state = of('mine')
  })
  const objects = async () => (await artifacts.list('kept')).length

  test('a value is what was written last, and each change has a version of its own', async () => {
    const first = await state.put('group', { revision: 'a' })
    expect(await state.get('group')).toEqual({ value: { revision: 'a' }, version: first, modified: clock.now() })
    const second = await state.put('group', null)
    expect(second).not.toBe(first)
    expect(await state.get('group')).toMatchObject({ value: null, version: second })
    expect(await state.get('other')).toBeUndefined()
    expect(await of('another').get('group')).toBeUndefined()
  })

  test('of changes that expect the same version one is made, and the others are told', async () => {
    const version = await state.put('n', 0)
    const tries = [1, 2, 3, 4].map((n) => state.put('n', n, { expected: version }))
    const came = await Promise.allSettled(tries)
    expect(came.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(came.filter((one) => one.status === 'rejected' && isStateConflict(one.reason))).toHaveLength(3)
    await expect(state.put('n', 9, { expected: version })).rejects.toEqual(conflict)
    await expect(state.delete('n', { expected: version })).rejects.toEqual(conflict)
  })

  test('null expects that nothing is there, and a version is never the same again after a deletion', async () => {
    const first = await state.put('lock', 'a', { expected: null })
    await expect(state.put('lock', 'b', { expected: null })).rejects.toEqual(conflict)
    await state.delete('lock', { expected: first })
    await state.delete('lock')
    await expect(state.put('lock', 'c', { expected: first })).rejects.toEqual(conflict)
    await state.put('lock', 'd', { expected: null })
    await expect(state.put('lock', 'e', { expected: first })).rejects.toEqual(conflict)
  })

  test('a change whose answer was lost is the same when it is made once more', async () => {
    const door = stored.doorOf('mine')
    const version = '01234567-89ab-4def-8123-456789abcdef'
    const change = { key: 'k', expected: null, version, content: { value: '1' } } as const
    await door.put(change)
    await door.put(change)
    expect(await state.get('k')).toMatchObject({ value: 1, version })
    await expect(door.put({ ...change, version: version.replace('0', '1') })).rejects.toEqual(conflict)
  })

  test('update counts what all have counted', async () => {
    await Promise.all(Array.from({ length: 8 }, () => state.update<number>('count', (count = 0) => count + 1)))
    expect((await state.get('count'))?.value).toBe(8)
  })

  test('a listing is in the order of bytes, page by page, of this plugin and prefix alone', async () => {
    const keys = ['a', 'g/', 'g/B', 'g/a', 'g/é', 'g/\u{1f600}', 'g0', 'h']
    for (const key of [...keys].reverse()) await state.put(key, key)
    await of('another').put('g/z', 1)
    const page = await state.list({ prefix: 'g/', limit: 2 })
    expect(page.map(({ value }) => value)).toEqual(['g/', 'g/B'])
    const rest = await state.list({ prefix: 'g/', after: 'g/B' })
    expect(rest.map(({ key }) => key)).toEqual(['g/a', 'g/é', 'g/\u{1f600}'])
    expect((await state.list()).map(({ key }) => key)).toEqual(keys)
    expect((await state.list({ prefix: '%' })).length).toBe(0)
  })

  test('a blob of several parts comes back byte for byte, and begins anew with each reading', async () => {
    const bytes = Buffer.alloc(2 * partSize + 7, 'penstock')
    const pieces = Readable.from([bytes.subarray(0, 5), bytes.subarray(5, partSize + 9), bytes.subarray(partSize + 9)])
    const version = await state.putBlob('bundle', pieces)
    const blob = await state.getBlob('bundle')
    expect(blob).toMatchObject({ version, size: bytes.length })
    expect((await bytesOf(blob)).equals(bytes)).toBe(true)
    expect((await bytesOf(blob)).equals(bytes)).toBe(true)
    expect(await state.list()).toEqual([{ key: 'bundle', version, modified: clock.now(), size: bytes.length }])
    await state.putBlob('empty', '')
    expect((await bytesOf(await state.getBlob('empty'))).length).toBe(0)
    await expect(state.get('bundle')).rejects.toEqual(invalid)
    await state.put('bundle', 1)
    await expect(state.getBlob('bundle')).rejects.toEqual(invalid)
  })

  test('a stream that breaks off changes nothing', async () => {
    await state.putBlob('bundle', 'old')
    async function* broken() {
      yield Buffer.alloc(partSize + 1)
      throw new Error('the line is dead')
    }
    await expect(state.putBlob('bundle', broken())).rejects.toThrow('the line is dead')
    expect(String(await bytesOf(await state.getBlob('bundle')))).toBe('old')
  })

  test('what no name stands for is removed an hour later, and never what one stands for', async () => {
    await state.putBlob('bundle', 'one')
    const reading = await state.getBlob('bundle')
    await state.putBlob('bundle', 'two')
    await stored.doorOf('mine').beginBlob('00000000-0000-4000-8000-000000000001') // never finished
    await stored.doorOf('mine').writePart('00000000-0000-4000-8000-000000000001', 0, Buffer.from('half'))
    await stored.sweep()
    expect(String(await bytesOf(reading))).toBe('one')
    expect(await objects()).toBe(3)
    await clock.advance(hour)
    await stored.sweep()
    expect(await objects()).toBe(1)
    expect(String(await bytesOf(await state.getBlob('bundle')))).toBe('two')
    await state.delete('bundle')
    await stored.sweep()
    await clock.advance(hour)
    await stored.sweep()
    expect(await objects()).toBe(0)
  })

  test('a blob that took too long cannot be given a name', async () => {
    const door = stored.doorOf('mine')
    const id = '00000000-0000-4000-8000-000000000002'
    await door.beginBlob(id)
    await door.writePart(id, 0, Buffer.from('half'))
    await door.writePart(id, 0, Buffer.from('half')) // its answer was lost
    await expect(door.writePart(id, 1, Buffer.from('more'))).rejects.toEqual(invalid) // the first part was the last
    await clock.advance(hour)
    await stored.sweep()
    const put = door.put({ key: 'k', version: id, content: { blob: { id, size: 4 } } })
    await expect(put).rejects.toEqual(invalid)
    await expect(stored.doorOf('another').readPart(id, 0)).rejects.toEqual(invalid)
  })

  test.each([
    ['an empty name', () => state.put('', 1)],
    ['a name with a control character', () => state.put('a\nb', 1)],
    ['half of a surrogate pair', () => state.put('\ud800', 1)],
    ['a name that is too long', () => state.put('é'.repeat(513), 1)],
    ['what is no JSON', () => state.put('k', undefined)],
    ['a value that is too large', () => state.put('k', 'x'.repeat(256 * 1024))],
    ['a page of nothing', () => state.list({ limit: 0 })],
    ['a version of its own making', () => state.put('k', 1, { expected: '7' })],
    ['a deletion of what is not there', () => state.delete('k', { expected: null })],
  ])('%s is refused in words', async (_, refused) => {
    await expect(refused()).rejects.toEqual(invalid)
    expect(await state.list()).toEqual([])
  })
})
