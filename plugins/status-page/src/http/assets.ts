import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Ctx, PageRouter } from '../site.js'

interface Asset {
  readonly type: string
  readonly body: Buffer
  readonly tag: string
}

const own = join(__dirname, '..', '..', 'assets')

function htmx(file: string): string {
  return join(dirname(require.resolve('htmx.org/package.json')), 'dist', file)
}

/** In this order: later ones may override earlier ones. */
const styles = [
  'tokens',
  'base',
  'heads',
  'buttons',
  'panels',
  'forms',
  'list',
  'pipeline',
  'execution',
  'log',
  'terminal',
  'editor',
  'code',
  'admin',
  'narrow',
]

const files: Readonly<Record<string, { readonly path: string | readonly string[]; readonly type: string }>> = {
  'app.css': { path: styles.map((name) => join(own, 'css', `${name}.css`)), type: 'text/css; charset=utf-8' },
  'app.js': { path: join(own, 'app.js'), type: 'text/javascript; charset=utf-8' },
  'log.js': { path: join(own, 'log.js'), type: 'text/javascript; charset=utf-8' },
  'editor.js': { path: join(own, 'editor.js'), type: 'text/javascript; charset=utf-8' },
  'live.js': { path: join(own, 'live.js'), type: 'text/javascript; charset=utf-8' },
  'live-worker.js': { path: join(own, 'live-worker.js'), type: 'text/javascript; charset=utf-8' },
  'forms.js': { path: join(own, 'forms.js'), type: 'text/javascript; charset=utf-8' },
  'json.js': { path: join(own, 'json.js'), type: 'text/javascript; charset=utf-8' },
  'icon.svg': { path: join(own, 'icon.svg'), type: 'image/svg+xml' },
  'htmx.js': { path: htmx('htmx.min.js'), type: 'text/javascript; charset=utf-8' },
}

const loaded = new Map<string, Asset>()

function load(name: string): Asset | undefined {
  const file = Object.hasOwn(files, name) ? files[name] : undefined
  const present = loaded.get(name)
  if (present) return present
  if (!file) return markedIcon(name)
  const body = Buffer.concat([file.path].flat().map((path) => readFileSync(path)))
  return keep(name, file.type, body)
}

function keep(name: string, type: string, body: Buffer): Asset {
  const asset = { type, body, tag: createHash('sha256').update(body).digest('base64url').slice(0, 12) }
  loaded.set(name, asset)
  return asset
}

/** The colours are those of tokens.css in their darker form, which stands out on light and dark tabs. */
const marks: Readonly<Record<string, string>> = {
  person: '#b36a00',
  held: '#97307f',
  worker: '#5650ab',
  running: '#1860c4',
  failed: '#bd1f2b',
  succeeded: '#18713b',
}

/** The tab's icon with a dot in the colour of a state: `icon-failed.svg`. */
function markedIcon(name: string): Asset | undefined {
  const colour = marks[/^icon-([a-z]+)\.svg$/.exec(name)?.[1] ?? '']
  if (!colour) return undefined
  const plain = load('icon.svg')?.body.toString() ?? ''
  const dot = `<circle cx="24" cy="24" r="8" fill="${colour}" stroke="#fff" stroke-width="2"/></svg>`
  return keep(name, 'image/svg+xml', Buffer.from(plain.replace('</svg>', dot)))
}

/** Whether there is an icon for a state. */
export function hasIcon(state: string): boolean {
  return state in marks
}

/** The address of a static file; it changes with the content, so that browsers may keep the file for good. */
export function assetUrl(name: string): string {
  const asset = load(name)
  if (!asset) throw new Error(`there is no static file ${name}`)
  return `/static/${asset.tag}/${name}`
}

/** Serves the page's few static files, by name from a fixed list: no path of the request ever reaches the disk. */
export function assetRoutes(router: PageRouter): void {
  router.get('/static/:tag/:name', (ctx: Ctx) => {
    const asset = load(String(ctx.params.name))
    if (!asset) ctx.throw(404, 'There is no such file.')
    ctx.set('cache-control', ctx.params.tag === asset.tag ? 'public, max-age=31536000, immutable' : 'no-cache')
    ctx.type = asset.type
    ctx.body = asset.body
  })
}
