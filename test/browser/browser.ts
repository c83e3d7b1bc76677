import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

/** A headless Chromium that asks nobody for anything. */
export function startBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet],
  })
}

export type Scheme = 'light' | 'dark'

/** A signed-in reader. `problems` collects what the browser complains of: a blocked inline style, a script's error. */
export async function openPage(browser: Browser, address: string, password: string, scheme: Scheme = 'light') {
  const context = await browser.newContext({
    colorScheme: scheme,
    bypassCSP: false,
    viewport: { width: 1280, height: 860 },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) problems.push(message.text())
  })
  await page.goto(`${address}/sign-in`)
  await page.fill('[name=password]', password)
  await page.click('main button')
  await page.waitForURL(`${address}/`)
  return { page, problems, context }
}

/** What axe-core finds serious or worse, in words. The policy against inline scripts is for others, not for this test. */
export async function barriers(browser: Browser, from: Page, urls: readonly string[], scheme: Scheme, width: number) {
  const context = await browser.newContext({
    bypassCSP: true,
    colorScheme: scheme,
    viewport: { width, height: 860 },
    storageState: await from.context().storageState(),
  })
  const page = await context.newPage()
  const found: string[] = []
  for (const url of urls) {
    await page.goto(url)
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate(() => (globalThis as never as { axe: typeof axe }).axe.run())
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    found.push(...serious.map(({ id, nodes }) => `${url} (${scheme}, ${width}): ${id}: ${nodes[0]?.html}`))
    const wider = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    if (Number(wider) > 0) found.push(`${url} (${scheme}, ${width}): ${wider} pixels wider than the window`)
  }
  await context.close()
  return found
}
