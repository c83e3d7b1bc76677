import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PipelineDeclaration, Principal, StageDeclaration } from '@penstock/core'
import { startServer } from '@penstock/core/server'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'
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
  page.setDefaultTimeout(60_000) // a bound for machines that are busy
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
      await fold.waitFor({ timeout: 30_000 })
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
