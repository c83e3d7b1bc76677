/**
 * An npm registry on the loopback address: it serves this repository's own packages as `npm pack` makes them, and every
 * other package as it is installed here. So `npm create` goes its real way, and no network is needed.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Installed, installedIn } from './installed.js'

export interface Registry {
  readonly url: string
  stop(): Promise<void>
}

/** `own`: folders of packages that are packed as a release would be. */
export async function startRegistry(modules: string, own: readonly string[]): Promise<Registry> {
  const known = byName([...own.map(packageIn), ...installedIn(modules)])
  const server = createServer((request, response) => {
    const [name = '', file] = decodeURIComponent((request.url ?? '').slice(1)).split('/-/')
    const versions = known.get(name) ?? []
    if (file === undefined) return sendVersions(response, name, versions, `http://${request.headers.host}`)
    const wanted = versions.find(({ version }) => file === `${version}.tgz`)
    if (!wanted) return void response.writeHead(404).end('{}')
    response.end(own.includes(wanted.folder) ? pack(wanted.folder) : tar(wanted.folder))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function packageIn(folder: string): Installed {
  const { name, version } = manifestOf(folder)
  return { name, version, folder }
}

function manifestOf(folder: string): { readonly name: string; readonly version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string }
}

function byName(all: readonly Installed[]): Map<string, Installed[]> {
  const known = new Map<string, Installed[]>()
  for (const one of all) known.set(one.name, [...(known.get(one.name) ?? []), one])
  return known
}

function sendVersions(response: ServerResponse, name: string, found: readonly Installed[], url: string): void {
  const [latest] = found
  if (!latest) return void response.writeHead(404).end('{}')
  const versions = Object.fromEntries(
    found.map(({ version, folder }) => [
      version,
      { ...manifestOf(folder), dist: { tarball: `${url}/${name}/-/${version}.tgz` } },
    ]),
  )
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ name, 'dist-tags': { latest: latest.version }, versions }))
}

/** With what was compiled here, and without what is installed below it: that is asked for by itself. */
function tar(folder: string): Buffer {
  const args = [
    '-cz',
    '-h',
    '--hard-dereference',
    '--exclude=./node_modules',
    '--transform=s,^\\.,package,',
    '-C',
    folder,
    '.',
  ]
  return execFileSync('tar', args, { maxBuffer: 256 * 1024 * 1024 })
}

/** What `npm publish` would send. */
function pack(folder: string): Buffer {
  const target = mkdtempSync(join(tmpdir(), 'penstock-pack-'))
  try {
    const args = ['pack', '--json', '--silent', '--offline', '--pack-destination', target]
    const said = execFileSync('npm', args, { cwd: folder, encoding: 'utf8' })
    const [{ filename }] = JSON.parse(said.slice(said.indexOf('['))) as [{ filename: string }]
    return readFileSync(join(target, filename))
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}
