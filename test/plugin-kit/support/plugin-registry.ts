/** An npm registry on the loopback address with packages that a test writes: versions, tarballs, hashes, search. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A package's version: its package.json, and its other files by path. */
export interface Publication {
  readonly manifest: { readonly name: string; readonly version: string; readonly [field: string]: unknown }
  readonly files: Readonly<Record<string, string>>
}

export interface PluginRegistry {
  readonly url: string
  stop(): Promise<void>
}

/** The last version of a name is its `latest`. */
export async function startPluginRegistry(all: readonly Publication[]): Promise<PluginRegistry> {
  const packed = all.map((one) => ({ ...one, tarball: pack(one) }))
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://registry')
    const [name = '', file] = decodeURIComponent(pathname.slice(1)).split('/-/')
    response.setHeader('content-type', 'application/json')
    if (pathname === '/-/v1/search') {
      const objects = [...new Set(all.map(({ manifest }) => manifest))]
        .filter(({ keywords }) => keywords !== undefined)
        .map((manifest) => ({ package: { ...manifest, date: '2026-01-02T03:04:05.678Z', links: {}, maintainers: [] } }))
      return void response.end(JSON.stringify({ objects: objects.slice(-1), total: 1 }))
    }
    const own = packed.filter(({ manifest }) => manifest.name === name)
    if (own.length === 0) return void response.writeHead(404).end('{}')
    const tarball = own.find(({ manifest }) => file === `${manifest.version}.tgz`)?.tarball
    if (tarball) return void response.end(tarball)
    const dist = (version: string, bytes: Buffer) => ({
      tarball: `http://${request.headers.host}/${name}/-/${version}.tgz`,
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
    })
    const versions = own.map(({ manifest, tarball: bytes }) => [
      manifest.version,
      { ...manifest, dist: dist(manifest.version, bytes) },
    ])
    const latest = own.at(-1)?.manifest.version
    response.end(JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) }))
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

function pack({ manifest, files }: Publication): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-pack-'))
  try {
    for (const [path, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
      const file = join(folder, 'package', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    return execFileSync('tar', ['-cz', '-C', folder, 'package'])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
