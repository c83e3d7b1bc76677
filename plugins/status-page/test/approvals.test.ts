/** A5, A6 on the page: how many people it takes, who has said yes, whom it waits for, and about what bytes. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ArtifactStore, LiveAction, PrincipalOperations } from '@penstock/core'
import { digestsOf } from '../src/pages/pipeline/digests.js'
import { answerable } from '../src/pages/pipeline/may-answer.js'
import { signedInSite } from './support/site.js'

const context = signedInSite()

test.each(['/pipelines/shop-frontend', '/inbox'])(
  'A5: %s shows how far an approval is, and what it is about',
  async (path) => {
    const { text } = await context.visitor.get(path)
    const words = text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
    expect(words).toContain('2 of mia, admin, eve must approve; 1 has so far.')
    expect(words).toMatch(/mia Checked the basket/)
    expect(words).toMatch(/What comes after uses Site sha256:[0-9a-f]{12} \(14 bytes, from 3f9c2e1\w*\)/)
  },
)

describe('A5: whose answer it is', () => {
  const arn = (name: string) => `arn:aws:iam::123456789012:user/${name}`
  const action = (standing: object) =>
    ({
      stageName: 'S',
      actionName: 'A',
      approval: { token: 't', configuration: {}, standing },
    }) as unknown as LiveAction
  const reader = (name: string, may: boolean) =>
    ({ principal: { name, arn: arn(name), policies: [] }, may: () => may }) as unknown as PrincipalOperations

  test.each([
    { who: 'ada', may: false, standing: { needed: 1, given: [] }, is: 'no right' },
    { who: 'ada', may: true, standing: undefined, is: 'yes' },
    { who: 'ada', may: true, standing: { needed: 2, given: [] }, is: 'yes' },
    { who: 'eve', may: true, standing: { needed: 1, of: ['ada', 'bob'], given: [] }, is: 'not named' },
    { who: 'ada', may: true, standing: { needed: 2, given: [{ by: arn('ada') }] }, is: 'has approved' },
    { who: 'bob', may: true, standing: { needed: 2, given: [{ by: arn('ada') }] }, is: 'yes' },
  ])('A5: $who with $standing: $is', ({ who, may, standing, is }) => {
    expect(answerable(reader(who, may), 'p', action(standing as object))).toBe(is)
  })
})

describe('A6: digests', () => {
  const content = Buffer.from('the archive')
  const store = (size: number) => {
    let reads = 0
    const object = { size, etag: `${size}`, modified: 1, metadata: {} }
    const get = async () => {
      reads++
      return { ...object, body: Readable.from([content]) }
    }
    const keeps = { head: async () => object, get } as unknown as ArtifactStore
    return { keeps, reads: () => reads }
  }
  const artifact = { name: 'Code', location: { bucket: 'b', key: 'shop/Code/1' }, revisionId: 'f00' }
  const sha256 = createHash('sha256').update(content).digest('hex')

  test('A6: a digest is that of the content, which is read once', async () => {
    const { keeps, reads } = store(content.length)
    const expected = [{ name: 'Code', revisionId: 'f00', size: content.length, sha256 }]
    expect(await digestsOf(keeps, [artifact])).toEqual(expected)
    expect(await digestsOf(keeps, [artifact])).toEqual(expected)
    expect(reads()).toBe(1)
  })

  test('A6: nobody waits for the digest of a large one: it is there the next time', async () => {
    const { keeps } = store(10 ** 9)
    expect(await digestsOf(keeps, [artifact])).toEqual([{ name: 'Code', revisionId: 'f00', size: 10 ** 9 }])
    while (!(await digestsOf(keeps, [artifact]))[0]?.sha256) await new Promise(setImmediate)
    expect((await digestsOf(keeps, [artifact]))[0]?.sha256).toBe(sha256)
  })

  test('A6: what is not kept any more says so', async () => {
    const keeps = { head: async () => undefined } as unknown as ArtifactStore
    expect(await digestsOf(keeps, [artifact])).toEqual([{ name: 'Code', revisionId: 'f00' }])
  })
})
