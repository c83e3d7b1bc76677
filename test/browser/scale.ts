/** Large things in a real browser: logs of a hundred thousand lines, pipelines of fifty stages and a hundred actions. */
import { makePipeline, maker, openPage, shell, type World, widerThanWindow } from './browser.js'

const lines = 100_000

export function scaleTests(of: () => World): void {
  beforeAll(() => of().git.commit('acme/shop', { 'a.txt': 'one' }, 'Größe: Ελληνικά 日本語 👩‍🚀 ‮abc‬'))

  /** The lines in view, first and last, and how many are drawn. */
  const seen = () =>
    of().page.evaluate(() => {
      const region = document.querySelector('[data-text]')
      if (!region) throw new Error('there is no log')
      const box = region.getBoundingClientRect()
      const drawn = [...region.querySelectorAll('.line')]
      const shown = drawn.filter((line) => {
        const { top, bottom } = line.getBoundingClientRect()
        return bottom > box.top && top < box.bottom
      })
      return { first: shown[0]?.id, last: shown.at(-1)?.id, drawn: drawn.length }
    })

  async function logOf(pipeline: string, action: string): Promise<string> {
    const { page, at, stage, openStage } = of()
    await page.goto(at(`/pipelines/${pipeline}`))
    await openStage(action)
    const link = stage(action).getByRole('link', { name: /Log/ })
    await link.waitFor()
    return at(String(await link.getAttribute('href')))
  }

  test('a hundred thousand lines: at the end at once, any line by its address, few in the page', async () => {
    const { page } = of()
    await makePipeline(of(), 'long', [
      shell(
        'Print',
        `seq -f 'line %.0f of many' 1 ${lines}; printf '\\033[1;38;5;196mred\\033[0m \\033[38;2;0;120;255mblue\\033[0m\\n'`,
      ),
    ])
    const log = await logOf('long', 'Print')
    await of().stage('Print').getByText('Succeeded').first().waitFor()
    await page.goto(log)
    await page.getByText('red', { exact: true }).waitFor()
    expect(await page.getByText('red', { exact: true }).getAttribute('class')).toMatch(/a-f\d+ a-bold/)
    await page.goto('about:blank')
    await page.goto(`${log}#L50000`)
    const line = page.locator('#L50000.target')
    await line.waitFor()
    expect(await line.textContent()).toMatch(/line 4999\d of many|line 5000\d of many/)
    await page.evaluate(() => {
      location.hash = 'L77'
    })
    await page.locator('#L77.target').waitFor()
    for (let part = 0; part <= 20; part++) {
      await page.evaluate((to) => {
        const region = document.querySelector('[data-text]')
        if (region) region.scrollTop = (region.scrollHeight * to) / 20
      }, part)
      await page.waitForTimeout(30)
    }
    await page.getByText('red', { exact: true }).waitFor()
    expect((await seen()).drawn).toBeLessThan(6_000)
    await page.getByLabel('Search in the log').fill('LINE 31415 ')
    await page.keyboard.press('Enter')
    await page.locator('[data-line]').first().click()
    await page.locator('.line.target', { hasText: 'line 31415 of many' }).waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).click()
    expect((await download).suggestedFilename()).toMatch(/^long-Print-Print-.*\.log$/)
  })

  test('a log that grows is followed; bars that write over themselves leave their last state', async () => {
    const { page } = of()
    const bars = `for n in 1 2 3 4 5 6; do printf 'one %s0 %%\\ntwo %s0 %%\\n' $n $n; sleep 0.4; [ $n = 6 ] || printf '\\033[2A\\033[2K'; done`
    await makePipeline(of(), 'bars', [
      shell('Bars', `seq 1 2000; ${bars}; printf 'a\\rb\\rlast\\n'; sleep 1; echo end`),
    ])
    await page.goto(await logOf('bars', 'Bars'))
    await page.getByRole('button', { name: 'Follow' }).waitFor()
    await page.getByText('end', { exact: true }).waitFor()
    expect((await seen()).last).toBe(await page.locator('.line').last().getAttribute('id'))
    await page.getByText('10 lines, written over later').waitFor()
    await page.getByText('two 60 %').waitFor()
    expect(await page.getByText('two 30 %').isVisible()).toBe(false)
    expect(await page.getByText('last', { exact: true }).count()).toBe(1)
  })

  test('a pipeline of fifty stages, fifty actions side by side, is one page, and stays live', async () => {
    const { page, at, browser, server } = of()
    const ask = (name: string) =>
      ({
        name,
        actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
      }) as const
    // S2: fifty actions are a stage's most.
    const wide = { name: 'Wide', actions: Array.from({ length: 50 }, (_, index) => ask(`A${index}`)) }
    const rest = Array.from({ length: 48 }, (_, index) => ({
      name: `${'Very-long-name-of-a-stage-'.repeat(3)}${index}`,
      actions: [ask(`${'Action.with@a_name-'.repeat(5)}x`)],
    }))
    await makePipeline(of(), 'x'.repeat(100), [wide, ...rest])
    await page.goto(at(`/pipelines/${'x'.repeat(100)}`))
    await page.locator('#waits .wait').nth(49).waitFor()
    await page.locator('[data-live].on').waitFor()
    // Wide or narrow, nothing but the log scrolls sideways.
    for (const path of [`/pipelines/${'x'.repeat(100)}`, '/', `/pipelines/${'x'.repeat(100)}/edit`]) {
      if (!page.url().endsWith(path)) await page.goto(at(path))
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 860 })
        expect([path.slice(0, 20), width, await widerThanWindow(page)]).toEqual([path.slice(0, 20), width, 0])
      }
    }
    await server.services.operations.deletePipeline(maker, { name: 'x'.repeat(100) })
    expect(browser.isConnected()).toBe(true)
  })

  test('by keyboard alone: the skip link, a disclosure, its first field, and back with Escape', async () => {
    const { page, at } = of()
    await page.goto(at('/pipelines/long'))
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Skip to the page')
    await page.keyboard.press('Enter')
    const release = page.locator('summary', { hasText: 'Release change' })
    await release.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Release change' }).waitFor()
    await page.waitForFunction(() => document.activeElement?.closest('.pop-body') !== null)
    await page.keyboard.press('Escape')
    expect(await release.evaluate((summary) => summary === document.activeElement)).toBe(true)
  })

  test('who asked for less motion gets none, and on paper there are no buttons', async () => {
    const { page, at } = of()
    await page.goto(at('/pipelines/long'))
    const moving = await page.evaluate(() => document.getAnimations().length)
    expect(moving).toBe(0)
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('summary', { hasText: 'Release change' }).isVisible()).toBe(false)
    await page.emulateMedia({ media: 'screen' })
  })

  test('a session that ended sends every open page to the sign-in', async () => {
    const { browser, server, at } = of()
    const { readFileSync } = await import('node:fs')
    const password = readFileSync(`${of().dataDir}/secrets/initialAdminPassword`, 'utf8').trim()
    const { page, context } = await openPage(browser, server.address, password)
    const other = await context.newPage()
    await other.goto(at('/pipelines/long'))
    await other.locator('[data-live].on').waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(/sign-in/)
    await server.services.operations.startPipelineExecution(maker, { name: 'long' })
    await other.waitForURL(/sign-in/)
    await context.close()
  })
}
