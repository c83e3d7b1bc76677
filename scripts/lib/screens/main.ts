/** Takes pictures of every page in every state, light and dark, narrow and wide, and puts them on one sheet. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { startWorld, type World } from './world.js'

const [folder = join(process.env.TMPDIR ?? '/tmp', 'penstock-screens'), only] = process.argv.slice(2)
const widths = (process.env.WIDTHS ?? '390,1280,1600').split(',').map(Number)
const schemes = (process.env.SCHEMES ?? 'light,dark').split(',') as ('light' | 'dark')[]

async function main(): Promise<void> {
  process.env.PENSTOCK_WORKER_ISOLATION = 'none'
  mkdirSync(folder, { recursive: true })
  const world = await startWorld()
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  })
  try {
    const pages = await addresses(world)
    const taken: string[] = []
    for (const scheme of schemes) {
      for (const width of widths) taken.push(...(await take(browser, world, pages, scheme, width)))
    }
    writeFileSync(join(folder, 'index.html'), sheet(taken))
    console.log(`${taken.length} pictures: ${resolve(folder, 'index.html')}`)
  } finally {
    await browser.close()
    await world.server.stop()
  }
}

/** Names of pictures and the pages that they are of. */
async function addresses({ server }: World): Promise<[string, string][]> {
  const { operations } = server.services
  const of = async (pipelineName: string, actionName: string) => {
    const { actionExecutionDetails: runs } = await operations.listActionExecutions(server.admin, { pipelineName })
    const run = runs.find((one) => one.actionName === actionName)
    return { action: run?.actionExecutionId ?? '', execution: run?.pipelineExecutionId ?? '' }
  }
  const web = await of('storefront-web', 'Compile')
  const e2e = await of('nightly-e2e', 'Browser')
  const pages: [string, string][] = [
    ['dashboard', '/'],
    ['dashboard-broken', '/?show=broken'],
    ['dashboard-nothing', '/?q=nothing-is-called-so'],
    ['inbox', '/inbox'],
    ['activity', '/activity'],
    ['environments', '/environments'],
    ['pipeline-waits', '/pipelines/storefront-web'],
    ['pipeline-failed', '/pipelines/nightly-e2e'],
    ['pipeline-held', '/pipelines/held'],
    ['pipeline-queued', '/pipelines/load-8'],
    ['pipeline-poller', '/pipelines/laboratory'],
    ['pipeline-parallel', '/pipelines/canary'],
    ['execution-waits', `/pipelines/storefront-web/executions/${web.execution}`],
    ['execution-failed', `/pipelines/nightly-e2e/executions/${e2e.execution}`],
    ['action', `/pipelines/storefront-web/actions/${web.action}`],
    ['action-failed', `/pipelines/nightly-e2e/actions/${e2e.action}`],
    ['log', `/pipelines/nightly-e2e/actions/${e2e.action}/log`],
    ['history', '/pipelines/docs/history'],
    ['editor', '/pipelines/storefront-web/edit'],
    ['wizard', '/create'],
    ['workers', '/workers'],
    ['sources', '/sources'],
    ['plugins', '/plugins'],
    ['access-keys', '/access-keys'],
    ['users', '/users'],
    ['secrets', '/secrets'],
    ['account', '/account'],
    ['audit', '/audit'],
    ['nothing', '/nothing'],
  ]
  return pages.filter(([name]) => only === undefined || only.split(',').includes(name))
}

async function take(
  browser: Browser,
  world: World,
  pages: readonly [string, string][],
  scheme: 'light' | 'dark',
  width: number,
) {
  const context = await browser.newContext({
    colorScheme: scheme,
    viewport: { width, height: width < 500 ? 844 : 900 },
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => console.error(`${page.url()}: ${error.message}`))
  await page.goto(`${world.server.address}/sign-in`)
  await page.fill('[name=password]', world.password)
  await page.click('main button')
  await page.waitForURL(`${world.server.address}/`)
  const taken: string[] = []
  for (const [name, path] of pages) {
    await page.goto(world.server.address + path)
    await page.waitForTimeout(150)
    const wider = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    if (Number(wider) > 0) console.error(`${path} at ${width}: ${wider} pixels too wide`)
    const file = `${name}-${width}-${scheme}.png`
    await page.screenshot({ path: join(folder, file), fullPage: true })
    taken.push(file)
  }
  await context.close()
  return taken
}

function sheet(files: readonly string[]): string {
  const pictures = files.map(
    (file) =>
      `<figure><a href="${file}"><img src="${file}" loading="lazy"></a><figcaption>${file}</figcaption></figure>`,
  )
  return `<!doctype html><meta charset="utf-8"><title>Penstock's pages</title><style>body{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:16px;font:13px sans-serif}img{width:100%;border:1px solid #ccc}figure{margin:0}</style>${pictures.join('\n')}`
}

void main().catch((error: unknown) => {
  console.error(error)
  process.exitCode = 1
})
