import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { FolderArtifactStore } from '../../src/artifacts/folder-store.js'
import { ObjectVersions } from '../../src/artifacts/object-versions.js'

let folder: string
let versions: ObjectVersions
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-test-'))
  versions = new ObjectVersions(new FolderArtifactStore(folder))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const at = { bucket: 'releases', key: 'deep/app.zip' }
const put = (content: string) => versions.put(at, Readable.from([Buffer.from(content)]))
const read = async (id?: string) => {
  const found = await versions.get(at, id)
  return found && { content: await text(found.body), versionId: found.versionId }
}

test('a bucket that was made is there, once, and keeps nothing until it is told to', async () => {
  expect([await versions.create('releases'), await versions.create('releases')]).toEqual([true, false])
  expect([await versions.isThere('releases'), await versions.isThere('other')]).toEqual([true, false])
  expect((await put('one')).versionId).toBe('null')
  expect(await versions.versioning('releases')).toBeUndefined()
})

test('each version stays, whatever comes after it, and is read by its id', async () => {
  await put('before')
  await versions.setVersioning('releases', 'Enabled')
  const [first, second] = [await put('one'), await put('two')]
  expect(await read()).toEqual({ content: 'two', versionId: second.versionId })
  expect(await read(first.versionId)).toEqual({ content: 'one', versionId: first.versionId })
  expect(await read('null')).toEqual({ content: 'before', versionId: 'null' })
  expect(await read('never')).toBeUndefined()
  await versions.delete(at)
  expect(await read()).toBeUndefined()
  expect(await read(second.versionId)).toEqual({ content: 'two', versionId: second.versionId })
})

test('of writers at the same time none loses its version', async () => {
  await versions.setVersioning('releases', 'Enabled')
  const made = await Promise.all(['a', 'b', 'c', 'd'].map(put))
  const kept = await Promise.all(made.map(({ versionId }) => read(versionId)))
  expect(kept.map((one) => one?.content)).toEqual(['a', 'b', 'c', 'd'])
})
