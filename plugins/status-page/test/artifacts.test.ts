/** Files of an artifact: listed and read one by one out of a real archive in a real store, and never run in a browser. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type ArtifactStore, packFolder } from '@penstock/core'
import { safeType } from '../src/pages/artifacts/safe-type.js'
import { listArtifact, openFile } from '../src/pages/artifacts/zip.js'
import { ids } from './support/data.js'
import { signedInSite } from './support/site.js'

const folder = mkdtempSync(join(tmpdir(), 'penstock-artifact-'))
const page = `/pipelines/shop-frontend/actions/${ids.source}/artifacts/SourceOutput`
let archive: Buffer

beforeAll(async () => {
  mkdirSync(join(folder, 'in', 'deep'), { recursive: true })
  writeFileSync(join(folder, 'in', 'index.html'), '<script>alert(1)</script>')
  writeFileSync(join(folder, 'in', 'deep', 'größe & 100%.txt'), 'a line\n'.repeat(5_000))
  writeFileSync(join(folder, 'in', 'app.bin'), Buffer.from([0, 1, 2]))
  await packFolder(join(folder, 'in'), join(folder, 'a.zip'))
  archive = readFileSync(join(folder, 'a.zip'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Keeps the one object, and says which of its bytes were asked for. */
function storeOf(asked: number[] = []): ArtifactStore {
  return {
    head: async () => ({ size: archive.length, etag: 'e', modified: 1, metadata: {} }),
    get: async (_at: unknown, range?: { start: number; end: number }) => {
      const { start = 0, end = archive.length - 1 } = range ?? {}
      asked.push(end - start + 1)
      const body = Readable.from([archive.subarray(start, end + 1)])
      return { size: archive.length, etag: 'e', modified: 1, metadata: {}, body }
    },
  } as unknown as ArtifactStore
}

const at = { bucket: 'b', key: 'k' }

test('the files in their order, with their sizes', async () => {
  expect(await listArtifact(storeOf(), at, archive.length)).toEqual([
    { path: 'app.bin', size: 3 },
    { path: 'deep/größe & 100%.txt', size: 35_000 },
    { path: 'index.html', size: 25 },
  ])
})

test('one file is read out of the archive, and no more of it than that', async () => {
  const asked: number[] = []
  const found = await openFile(storeOf(asked), at, archive.length, 'app.bin')
  const bytes: Buffer[] = []
  for await (const piece of found?.body ?? []) bytes.push(piece as Buffer)
  expect([...Buffer.concat(bytes)]).toEqual([0, 1, 2])
  expect(await openFile(storeOf(), at, archive.length, '../secret')).toBeUndefined()
})

test('what is no archive is refused', async () => {
  archive = Buffer.concat([archive])
  await expect(listArtifact(storeOf(), at, 30)).rejects.toThrow()
})

test.each([
  ['index.html', 'text/plain; charset=utf-8', true],
  ['picture.SVG', 'text/plain; charset=utf-8', true],
  ['shot.png', 'image/png', true],
  ['Makefile', 'text/plain; charset=utf-8', true],
  ['a.pdf', 'application/octet-stream', false],
  ['a.png.exe', 'application/octet-stream', false],
])('%s is handed out as %s', (path, type, inline) => {
  expect(safeType(path)).toEqual({ type, inline })
})

describe('on the page', () => {
  const on = signedInSite()
  beforeAll(() => {
    Object.assign(on.site.sample.services.artifacts, storeOf())
  })

  test('its files are listed, and shown as text in a box that runs nothing', async () => {
    const list = await on.visitor.get(page)
    expect(list.text).toContain('größe &amp; 100%.txt')
    expect(list.text).toContain('35 KB')
    const file = await on.visitor.get(`${page}/file?path=index.html`)
    expect(file.text).toBe('<script>alert(1)</script>')
    expect(file.headers.get('content-type')).toContain('text/plain')
    expect(file.headers.get('content-security-policy')).toContain('sandbox')
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await on.visitor.get(`${page}/zip`)).headers.get('content-disposition')).toContain('attachment')
  })

  test.each([
    ['a file that it has not', `${page}/file?path=nothing`],
    ['an artifact that the action has not', page.replace('SourceOutput', 'Other')],
  ])('%s is not there', async (_, path) => {
    expect((await on.visitor.get(path)).status).toBe(404)
  })
})
