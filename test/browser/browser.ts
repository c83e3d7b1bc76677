import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PipelineDeclaration, Principal, StageDeclaration } from '@penstock/core'
import { startServer } from '@penstock/core/server'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Chromium without a window's code takes less than half of the processor time; where it is not there, the whole one. */
const browsers = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium']

/** A headless Chromium that asks nobody for anything, and draws all pages in one process. */
export function startBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
  const together = ['--renderer-process-limit=1', '--disable-features=IsolateOrigins,site-per-process']
  const executablePath = process.env.CHROMIUM ?? browsers.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error(`there is no ${browsers.join(' and no ')}: CHROMIUM names another`)
  return chromium.launch({
    executablePath,
    timeout: patience,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet, ...together],
  })
}

/** Milliseconds that a busy machine may take for anything: a bound against hanging, no expectation. */
export const patience = 120_000

export type Scheme = 'light' | 'dark'

/** A signed-in reader. `problems` collects what the browser complains of: a blocked inline style, a script's error. */
export async function openPage(browser: Browser, address: string, password: string, scheme: Scheme = 'light') {
  const context = await browser.newContext({
    colorScheme: scheme,
    bypassCSP: false,
    reducedMotion: 'reduce', // what turns is drawn sixty times a second
    viewport: { width: 1280, height: 860 },
  })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d|INTERNET_DISCONNECTED/.test(message.text()))
      problems.push(message.text())
  })
  await page.goto(`${address}/sign-in`)
  await page.fill('[name=password]', password)
  await page.click('main button')
  await page.waitForURL(`${address}/`)
  return { page, problems, context }
}

/** How a page is looked at. */
export interface Look {
  readonly scheme: Scheme
  readonly width: number
}

/**
 * What axe-core finds serious or worse, and what scrolls sideways, in words: each page is loaded once and looked at in
 * every way. The policy against inline scripts is for others, not for this test.
 */
export async function barriers(browser: Browser, from: Page, urls: readonly string[], looks: readonly Look[]) {
  const context = await browser.newContext({
    bypassCSP: true,
    reducedMotion: 'reduce',
    storageState: await from.context().storageState(),
  })
  context.setDefaultTimeout(patience)
  await context.addInitScript(axe.source)
  const page = await context.newPage()
  const found: string[] = []
  for (const url of urls) {
    await page.goto(url)
    for (const look of looks) found.push(...(await barriersOf(page, look)).map((barrier) => `${url} ${barrier}`))
  }
  await context.close()
  return found
}

async function barriersOf(page: Page, { scheme, width }: Look): Promise<string[]> {
  await page.emulateMedia({ colorScheme: scheme })
  await page.setViewportSize({ width, height: 860 })
  // What is wrong comes over, and not the hundreds of elements with which nothing is.
  const serious = await page.evaluate(async () => {
    const { violations } = await (globalThis as never as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] })
    const heavy = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    return heavy.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
  const wider = await widerThanWindow(page)
  const words = [...serious, ...(wider > 0 ? [`${wider} pixels wider than the window`] : [])]
  return words.map((each) => `(${scheme}, ${width}): ${each}`)
}

/** Pixels by which a page scrolls sideways. */
export async function widerThanWindow(page: Page): Promise<number> {
  return Number(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'))
}

/** Whoever makes what the reader looks at. */
export const maker: Principal = {
  name: 'test',
  arn: 'arn:aws:iam::000000000000:user/test',
  policies: ['AWSCodePipeline_FullAccess'],
}

/** A whole server with a git repository beside it, and a reader who is signed in. */
export async function startWorld() {
  const git: TestGitServer = await startGitServer()
  await git.createRepository('acme/shop')
  const dataDir = mkdtempSync(join(tmpdir(), 'penstock-browser-'))
  const log: string[] = []
  // What tests and builds both see: the data folder is none of a build's business.
  const shared = mkdtempSync(join(tmpdir(), 'penstock-shared-'))
  chmodSync(shared, 0o755)
  const overrides = { 'worker.sandbox.readOnly': [shared] }
  const server = await startServer({ dataDir, port: 0, env: {}, overrides, writeLog: (line) => void log.push(line) })
  // The page's code is loaded at the first request: no reader waits for it against the clock.
  await fetch(`${server.address}/sign-in`)
  const browser = await startBrowser()
  const password = readFileSync(join(dataDir, 'secrets', 'initialAdminPassword'), 'utf8').trim()
  const reader = await openPage(browser, server.address, password)
  const stage = (name: string) =>
    reader.page.locator('.stage-row', { has: reader.page.getByRole('heading', { name, exact: true, level: 2 }) })
  return {
    ...reader,
    git,
    dataDir,
    shared,
    server,
    browser,
    password,
    log,
    at: (path: string) => server.address + path,
    stage,
    /** Unfolds a stage that is folded because all is well. */
    async openStage(name: string) {
      const fold = stage(name).locator('details.stage')
      await fold.waitFor()
      // Set, not clicked: it unfolds by itself when it begins to need somebody.
      await fold.evaluate((details: HTMLDetailsElement) => {
        details.open = true
      })
    },
    async stop() {
      await browser.close()
      await server.stop()
      await git.stop()
      for (const folder of [dataDir, shared]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>

/** Makes a pipeline that fetches the repository and goes on with these stages; it starts at once (X1). */
export async function makePipeline(
  { server, git }: World,
  name: string,
  stages: readonly StageDeclaration[],
  more: Partial<PipelineDeclaration> = {},
): Promise<void> {
  const fetch = {
    name: 'Fetch',
    actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' },
    configuration: { Url: `${git.url}/acme/shop.git`, Branch: 'main' },
    outputArtifacts: [{ name: 'Code' }],
  } as const
  await server.services.operations.createPipeline(maker, {
    pipeline: {
      name,
      pipelineType: 'V2',
      roleArn: 'arn:aws:iam::000000000000:role/penstock',
      artifactStore: { type: 'S3', location: server.services.identity.bucket },
      ...more,
      stages: [{ name: 'Source', actions: [fetch] }, ...stages],
    },
  })
}

/** A stage with one shell command. */
export function shell(name: string, command: string): StageDeclaration {
  const actionTypeId = { category: 'Build', owner: 'Custom', provider: 'Shell', version: '1' } as const
  const configuration = { Command: command }
  return { name, actions: [{ name, actionTypeId, configuration, inputArtifacts: [{ name: 'Code' }] }] }
}
