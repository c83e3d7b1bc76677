/** What plugins add to the page: drawn by the page, sent with its token, by whoever is signed in. */
import { setTimeout as delay } from 'node:timers/promises'
import { ids } from './support/data.js'
import { signedInSite } from './support/site.js'

const shop = '/pipelines/shop-frontend'

describe('panels and pages of plugins', () => {
  const on = signedInSite()
  beforeAll(() => {
    const { contributions } = on.site.sample
    const again = {
      label: 'Measure again',
      fields: { Reason: { description: 'Why', required: true } },
      submit: async ({ Reason }: { readonly Reason?: unknown }, about: object, by: { readonly name: string }) =>
        `${by.name}: ${Reason} ${JSON.stringify(about)}`,
    }
    const show = async (subject: object, { name }: { readonly name: string }) =>
      [
        { kind: 'text', text: `<script>alert('${name}')</script>` },
        {
          kind: 'facts',
          facts: { About: JSON.stringify(subject), Report: { text: 'open', href: 'https://x.example/7' } },
        },
        { kind: 'form', form: 'again' },
      ] as const
    for (const place of ['pipeline', 'execution', 'action'] as const)
      contributions.push({
        kind: 'panel',
        id: `of-${place}`,
        title: `Of ${place}`,
        place,
        show,
        forms: { again } as never,
      })
    contributions.push({ kind: 'page', id: 'all', title: 'All of it', show, forms: { again } as never })
  })

  test.each([
    ['pipeline', shop],
    ['execution', `${shop}/executions/${ids.done}`],
    ['action', `${shop}/actions/${ids.lint}`],
  ])('a panel of each %s stands on its page, and its markup is text', async (place, path) => {
    const { text } = await on.visitor.get(path)
    expect(text).toContain(`Of ${place}`)
    expect(text).toContain('&lt;script>alert(')
    expect(text).not.toContain('<script>alert(')
    expect(text).toContain('href="https://x.example/7"')
    expect(text).toContain(`action="/plugins/rake-build/panels/of-${place}/again?pipelineName=shop-frontend`)
  })

  test('its form is sent by whoever is signed in, and not without the token of the page', async () => {
    const path = '/plugins/rake-build/panels/of-pipeline/again?pipelineName=shop-frontend'
    const sent = await on.visitor.submit(shop, path, { 'value.Reason': 'flaky' })
    expect(sent.status).toBe(303)
    expect((await on.visitor.get(shop)).text).toMatch(/: flaky \{&quot;pipelineName&quot;:&quot;shop-frontend&quot;\}/)
    const strange = await on.visitor.post(path, { 'value.Reason': 'flaky', _csrf: 'forged' })
    expect(strange.status).toBe(403)
    await on.visitor.submit(shop, path)
    expect((await on.visitor.get(shop)).text).toContain('Reason is missing: Why')
  })

  test('a page of a plugin is under its name, and on the page of plugins', async () => {
    expect((await on.visitor.get('/plugins')).text).toContain('/plugins/rake-build/pages/all')
    const { text } = await on.visitor.get('/plugins/rake-build/pages/all?of=site')
    expect(text).toContain('All of it')
    expect(text).toContain('&quot;of&quot;:&quot;site&quot;')
    expect((await on.visitor.get('/plugins/rake-build/pages/none')).status).toBe(404)
  })

  test('what takes its time holds nothing up, and what fails says so in its place', async () => {
    const { contributions } = on.site.sample
    const end = new AbortController()
    const slow = () => delay(60_000, undefined, { signal: end.signal }).catch(() => undefined)
    contributions.push({ kind: 'panel', id: 'slow', title: 'Slow', place: 'pipeline', show: slow as never })
    const broken = () => Promise.reject(new Error('the meter is off'))
    contributions.push({ kind: 'panel', id: 'broken', title: 'Broken', place: 'pipeline', show: broken })
    const { text, status } = await on.visitor.get(shop)
    end.abort()
    expect(status).toBe(200)
    expect(text).toContain('It takes a while.')
    expect(text).toContain('the meter is off')
  })
})
