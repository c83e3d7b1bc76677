/** What stays alive and what is kept: many tabs, two people, a server that goes away. */
import { makePipeline, maker, openPage, type World, widerThanWindow } from './browser.js'

const ask = {
  name: 'Ask',
  actions: [
    {
      name: 'Owner',
      actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
      configuration: { CustomData: 'All right?' },
    },
  ],
} as const

export function liveTests(of: () => World): void {
  beforeAll(() => makePipeline(of(), 'asked', [ask]))

  test('twenty tabs are live at once, over one connection', async () => {
    const { context, at, server } = of()
    const tabs = []
    for (let tab = 0; tab < 20; tab++) {
      const page = await context.newPage()
      await page.goto(at(tab % 4 === 3 ? '/pipelines/asked' : '/activity?status=running'))
      tabs.push(page)
    }
    for (const page of tabs) await page.locator('[data-live].on').waitFor()
    const { pipelineExecutionId } = await server.services.operations.startPipelineExecution(maker, { name: 'asked' })
    for (const page of tabs.slice(-4)) {
      await page.bringToFront()
      await page.locator(`main a[href$="${pipelineExecutionId}"]`).first().waitFor()
    }
    await Promise.all(tabs.map((page) => page.close()))
  })

  test('what somebody was writing is kept when somebody else answers, and it is said who', async () => {
    const { browser, page, at, server, password } = of()
    const other = await openPage(browser, server.address, password)
    await page.goto(at('/pipelines/asked'))
    await page.locator('[data-live].on').waitFor()
    const comment = page.locator('#waits').getByLabel('Comment')
    await comment.fill('I am not sure about the basket')
    await other.page.goto(at('/inbox'))
    await other.page.locator('.wait', { hasText: 'asked' }).getByRole('button', { name: 'Approve' }).click()
    await page
      .locator('.kept')
      .getByText(/Owner: approved by admin/)
      .waitFor()
    expect(await page.locator('.kept textarea').inputValue()).toBe('I am not sure about the basket')
    await other.context.close()
  })

  test('a form that cannot be sent says so, stays as it is, and can be sent again', async () => {
    const { page, at, context } = of()
    await page.goto(at('/pipelines/asked'))
    await page.getByRole('button', { name: 'Disable transition into Ask' }).click()
    const gate = page.locator('#gate-2')
    await gate.getByLabel('Why?').fill('Sale until Monday')
    await context.setOffline(true)
    await gate.getByRole('button', { name: 'Disable transition' }).click()
    await gate.getByText('The server cannot be reached').waitFor()
    expect(await gate.getByLabel('Why?').inputValue()).toBe('Sale until Monday')
    await context.setOffline(false)
    await gate.getByRole('button', { name: 'Disable transition' }).click()
    await page.locator('.gate-held').getByText('Sale until Monday').waitFor()
  })

  test('no page is wider than a narrow window', async () => {
    const { page, at } = of()
    await page.setViewportSize({ width: 320, height: 700 })
    for (const path of [
      '/',
      '/pipelines/asked',
      '/pipelines/asked/edit',
      '/access-keys',
      '/inbox',
      '/activity',
      '/audit',
    ]) {
      await page.goto(at(path))
      expect([path, await widerThanWindow(page)]).toEqual([path, 0])
    }
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  test('an approval is answered with two clicks from the dashboard, by keyboard alone as well', async () => {
    const { page, at, server } = of()
    await server.services.operations.enableStageTransition(maker, {
      pipelineName: 'asked',
      stageName: 'Ask',
      transitionType: 'Inbound',
    })
    await page.goto(at('/?show=waiting'))
    const review = page.getByRole('link', { name: 'Review asked' })
    await review.waitFor()
    await review.focus()
    await page.keyboard.press('Enter')
    const approve = page.locator('.wait', { hasText: 'asked' }).getByRole('button', { name: 'Approve' }).first()
    await approve.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Owner is approved.').waitFor()
  })
}
