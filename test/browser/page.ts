/** The status page in a real browser, over a whole server with a real git repository and real builds. */
import { barriers, maker, type World } from './browser.js'

const logLines = 3_000
const script = `for n in $(seq 1 ${logLines}); do printf '\\033[32mok\\033[0m %s <i>\\n' $n; done; sleep 1; echo last words`

export function pageTests(of: () => World): void {
  beforeAll(() =>
    of().git.commit(
      'acme/shop',
      { 'build.sh': { content: `${script}\n`, executable: true } },
      'Show <b>delivery</b> times',
    ),
  )

  test('an empty server says how to begin, and the wizard makes a pipeline', async () => {
    const { page, at, git } = of()
    await page.getByText('No pipelines yet').waitFor()
    await page.getByRole('link', { name: 'Create a pipeline' }).click()
    await page.getByLabel('Name').fill('shop')
    await page.getByLabel('Where do changes come from?').selectOption({ value: 'Source/Custom/Git/1' })
    await page.getByLabel('How is it built?').selectOption({ value: 'Build/Custom/Shell/1' })
    await page.getByLabel('Is someone asked?').selectOption({ value: 'Approval/AWS/Manual/1' })
    await page.getByRole('button', { name: 'Next: the details' }).click()
    await page.getByRole('button', { name: 'Create the pipeline' }).click()
    await page.getByText('Nothing was saved').waitFor()
    expect(await page.getByLabel('Url').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Url').fill(`${git.url}/acme/shop.git`)
    await page.getByLabel('Command', { exact: true }).fill('sh build.sh')
    await page.getByLabel('CustomData').fill('Is the shop all right?')
    await page.getByRole('button', { name: 'Create the pipeline' }).click()
    await page.waitForURL(at('/pipelines/shop'))
  })

  test('the stages come alive by themselves, up to the question', async () => {
    const { page } = of()
    await page.locator('#pipeline-recent').getByText('Show <b>delivery</b> times').waitFor()
    await page.locator('#waits').getByText('Is the shop all right?').waitFor()
    await page.locator('[data-live].on').waitFor()
  })

  test('what is being typed survives the news', async () => {
    const { page, git, server } = of()
    const comment = page.locator('#waits').getByLabel('Comment')
    await comment.fill('half a sentence')
    await page.getByRole('button', { name: 'Disable transition into Build' }).click()
    const reason = page.locator('#gate-2').getByLabel('Why?')
    await reason.fill('Sale')
    await git.commit('acme/shop', { 'a.txt': 'one' }, 'Second')
    await server.services.operations.startPipelineExecution(maker, { name: 'shop' })
    await page.locator('#pipeline-recent').getByText('Second').waitFor()
    expect(await comment.inputValue()).toBe('half a sentence')
    expect(await reason.inputValue()).toBe('Sale')
    expect(await reason.isVisible()).toBe(true)
  })

  test('a transition is disabled with a reason, and enabled again', async () => {
    const { page, at } = of()
    const door = page.locator('#gate-3')
    await page.goto(at('/pipelines/shop'))
    await page.getByRole('button', { name: 'Disable transition into Approve' }).click()
    await door.getByLabel('Why?').fill('not <now>')
    await door.getByRole('button', { name: 'Disable transition' }).click()
    expect(await door.getByLabel('Why?').evaluate((input: HTMLInputElement) => input.validity.patternMismatch)).toBe(
      true,
    )
    await door.getByLabel('Why?').fill('Sale until Monday')
    await door.getByRole('button', { name: 'Disable transition' }).click()
    await page.locator('.gate-held').getByText('Sale until Monday').waitFor()
    await page.getByRole('button', { name: 'Enable transition into Approve' }).click()
    await page.getByText('is enabled.').waitFor()
  })

  test('the question is answered with a comment', async () => {
    const { page } = of()
    await page.locator('#waits').getByLabel('Comment').fill('Looks good')
    await page.locator('#waits').getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Approve is approved.').waitFor()
  })

  test('a log of thousands of lines: at its end, by line, by search, never all at once', async () => {
    const { page, at, stage, openStage } = of()
    await page.goto(at('/pipelines/shop'))
    await stage('Build').getByText('Succeeded').first().waitFor()
    await openStage('Build')
    await stage('Build').getByRole('link', { name: /Log/ }).click()
    await page.getByText('last words', { exact: true }).waitFor()
    expect(await page.locator('.line').count()).toBeLessThan(2_000)
    await page.getByLabel('Search in the log').fill('ok 1234 ')
    await page.keyboard.press('Enter')
    await page.locator('[data-line]').first().click()
    const line = page.locator('.line.target')
    await line.waitFor()
    expect(await line.textContent()).toContain('ok 1234 <i>')
    expect(await line.locator('.a-f2').textContent()).toBe('ok')
    expect(await line.evaluate((element) => element.getBoundingClientRect().top < innerHeight)).toBe(true)
  })

  test('an edit runs all stages again', async () => {
    const { page, at } = of()
    await page.goto(at('/pipelines/shop/edit'))
    await page.getByLabel('CustomData').fill('And now?')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved. All stages run again').waitFor()
    await page.getByText('version 2').waitFor()
  })

  /** What is looked at, a few pages a test: on a machine that is very busy each takes its minute. */
  const looked: readonly (readonly string[])[] = [
    ['/', '/pipelines/shop', '/pipelines/shop/history', 'execution', 'log', '/nothing'],
    ['/pipelines/shop/edit', '/pipelines/shop/edit?as=json', '/pipelines/shop/delete', '/create'],
    ['/plugins', '/sources', '/workers', '/access-keys', '/audit'],
    ['/inbox', '/activity', '/environments', '/account'],
  ]

  test.each(looked)(
    'pages are free of barriers and of sideways scrolling, light and wide as well as dark and narrow: %s',
    async (...paths) => {
      const { page, at, browser, openStage, stage } = of()
      const places = new Map<string, string>()
      if (paths.includes('log')) {
        await page.goto(at('/pipelines/shop'))
        await openStage('Build')
        const log = stage('Build').getByRole('link', { name: /Log/ })
        places.set('log', String(await log.getAttribute('href')))
        const execution = page.locator('#pipeline-recent a.mono').first()
        places.set('execution', String(await execution.getAttribute('href')))
      }
      const looks = [
        { scheme: 'light', width: 1280 },
        { scheme: 'dark', width: 390 },
      ] as const
      const addresses = paths.map((path) => at(places.get(path) ?? path))
      expect(await barriers(browser, page, addresses, looks)).toEqual([])
    },
  )

  test('without scripts everything can be read and done', async () => {
    const { page, at, browser } = of()
    const context = await browser.newContext({
      javaScriptEnabled: false,
      storageState: await page.context().storageState(),
    })
    const bare = await context.newPage()
    await bare.goto(at('/pipelines/shop'))
    await bare.locator('summary', { hasText: 'Release change' }).click()
    await bare.getByRole('button', { name: 'Release change' }).click()
    await bare.getByText('a new execution of shop has started').waitFor()
    await context.close()
  })

  test('a pipeline is deleted with its name typed', async () => {
    const { page, at } = of()
    await page.goto(at('/pipelines/shop/delete'))
    await page.getByLabel('Type shop to delete it').fill('shop')
    await page.getByRole('button', { name: 'Delete the pipeline' }).click()
    await page.getByText('shop was deleted.').waitFor()
    // Nothing of this page is to be under way when the next one is asked for.
    await page.goto('about:blank')
  })
}
