import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { guides } from '@penstock/core/guide'
import { answers } from '../src/answer.js'
import { besideThis, type Library, readLibrary } from '../src/library.js'
import { htmlOf } from '../src/markdown.js'

let library: Library
let server: Server
beforeAll(async () => {
  library = readLibrary([besideThis])
  server = createServer(answers(library)).listen(0, '127.0.0.1')
  server.keepAliveTimeout = 0 // a busy machine takes longer between two requests than the usual five seconds
  await once(server, 'listening')
})
afterAll(() => server.close())

async function get(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers, method })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

test('the first guide is what one comes to; every document has an address of its own', async () => {
  const first = await get('/docs')
  expect(first).toMatchObject({ status: 200, text: expect.stringContaining('<h1 id="the-first-pipeline">') })
  expect(first.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(library.guides.map(({ topic }) => topic)).toEqual(
    expect.arrayContaining(['first-pipeline', 'pipeline-file', 'operating', 'configuration', 'commands']),
  )
  expect(library.plugins.length).toBeGreaterThan(15)
  for (const { topic } of [...library.guides, ...library.plugins])
    expect((await get(`/docs/${topic}`)).status).toBe(200)
  expect(await get('/docs/none')).toMatchObject({ status: 404, text: expect.stringContaining('no such document') })
  expect((await get('/docs', {}, 'POST')).status).toBe(405)
})

test('every link between documents leads to one, and to a heading that is there', async () => {
  const broken: string[] = []
  for (const { topic } of [...library.guides, ...library.plugins]) {
    const { text } = await get(`/docs/${topic}`)
    for (const [, target = '', anchor] of text.matchAll(/<article>[\s\S]*|href="\/docs\/([\w-]+)(?:#([^"]*))?"/g)) {
      if (target === '') continue
      const found = library.find(target)
      const page = found && htmlOf(found.text, () => undefined)
      if (!page || (anchor !== undefined && !page.includes(`id="${anchor}"`)))
        broken.push(`${topic}: ${target}#${anchor}`)
    }
  }
  expect(broken).toEqual([])
})

test('the search finds what was typed nearly right, with the part that holds it', async () => {
  const [first] = library.search('X-Forwarded-For')
  expect(first?.excerpt).toContain('X-Forwarded-For')
  expect(library.search('aproval').length).toBeGreaterThan(0)
  expect(library.search('worker.leaseSeconds')[0]?.topic).toMatch(/configuration|troubleshooting/)
  expect((await get('/docs?q=rollback')).text).toContain('<ol class="found">')
  const hostile = await get(`/docs?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
  expect(hostile.text).not.toContain('<script>')
  expect(hostile.text).toContain('Nothing holds all of these words')
})

test("a stranger's document can neither run anything nor lead astray", () => {
  const html = htmlOf(
    '# <b>x</b>\n\n<script>alert(1)</script> [a](javascript:alert(1)) [b](data:text/html,x) [c](../../gone) [d](https://example.com) ![e](x" onerror="y)',
    () => undefined,
  )
  expect(html).not.toMatch(/<script|<b>|href="(javascript|data)|<img[^>]*onerror=/)
  expect(html).toContain('<a href="https://example.com">d</a>')
})

test('what a reader has is not sent again', async () => {
  const { headers } = await get('/docs/style.css')
  const again = await get('/docs/style.css', { 'if-none-match': headers.get('etag') ?? '' })
  expect(again).toMatchObject({ status: 304, text: '' })
})

test('the reference of penstock.yaml has every key that its comments show', () => {
  const comments = readFileSync(resolve(__dirname, '../../../config/penstock.yaml'), 'utf8')
  const sections = [...comments.matchAll(/^(?:# )?([a-zA-Z]+):/gm)].map(([, name]) => name)
  const reference = guides().find(({ topic }) => topic === 'configuration')?.text ?? ''
  for (const name of new Set(sections)) expect(reference).toContain(`| \`${name}`)
})
