/** A real build and a real push, with podman into a registry on loopback. Where podman is not installed, nothing is tested, and the run says so. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunActionOptions, runAction } from '@penstock/core/testkit'
import { dockerBuild } from '../src/provider.js'
import { type Registry, sha256, startRegistry } from './registry.js'

jest.setTimeout(180_000)

const folder = mkdtempSync(join(tmpdir(), 'penstock-podman-'))
const storage = join(folder, 'storage.conf')
const registries = join(folder, 'registries.conf')
/** Its storage is the test's own, it needs no mounts or namespaces, and the registry has no certificate. */
const environment = {
  CONTAINERS_STORAGE_CONF: storage,
  CONTAINERS_REGISTRIES_CONF: registries,
  BUILDAH_ISOLATION: 'chroot',
}
let registry: Registry

const installed = has('podman') ? test : test.skip

beforeAll(async () => {
  registry = await startRegistry('ci', 'hunter2-hunter2')
  writeFileSync(storage, `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/graph"\nrunroot = "${folder}/run"\n`)
  writeFileSync(registries, `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`)
  mkdirSync(join(folder, 'code'))
  writeFileSync(join(folder, 'code', 'hello.txt'), 'hello')
  writeFileSync(
    join(folder, 'code', 'Containerfile'),
    'FROM scratch AS base\nCOPY hello.txt /\nFROM base\nARG VERSION=0\nLABEL version=$VERSION\n',
  )
})
afterAll(async () => {
  await registry.stop()
  rmSync(folder, { recursive: true, force: true })
})

function build(configuration: Record<string, string>, more: Partial<RunActionOptions> = {}) {
  return runAction(dockerBuild, {
    inputs: { Code: join(folder, 'code') },
    configuration: {
      Image: `${registry.host}/team/shop`,
      Engine: 'podman',
      Dockerfile: 'Containerfile',
      ...configuration,
    },
    environmentVariables: Object.entries(environment).map(([name, value]) => ({
      name,
      value,
      type: 'PLAINTEXT' as const,
    })),
    ...more,
  })
}

const manifest = (name: string) => registry.manifests.get(name)?.body ?? Buffer.alloc(0)
const json = (body: Buffer | undefined) => JSON.parse((body ?? '{}').toString()) as Record<string, unknown>

installed("it builds, logs in, and pushes each tag; the digest is the registry's", async () => {
  const run = await build(
    { Tags: '1.2,latest', Push: 'true', Username: 'ci', Password: 'hunter2-hunter2', BuildArgs: '{"VERSION":"1.2"}' },
    { outputs: ['Image'] },
  )
  expect(run.failure).toBeUndefined()
  const pushed = manifest('team/shop:1.2')
  const uri = `${registry.host}/team/shop@${sha256(pushed)}`
  expect(run.result?.outputVariables).toMatchObject({
    ImageUri: uri,
    ImageDigest: sha256(pushed),
    ImageId: expect.stringMatching(/^sha256:/),
  })
  expect(manifest('team/shop:latest')).toEqual(pushed)
  const { digest } = json(pushed).config as { digest: string }
  expect(json(registry.blobs.get(digest)).config).toMatchObject({ Labels: { version: '1.2' } })
  expect(JSON.parse(readFileSync(join(run.outputs.Image ?? '', 'imageDetail.json'), 'utf8'))).toEqual({ ImageURI: uri })
  expect([...registry.logins]).toEqual(['ci:hunter2-hunter2'])
  expect(run.log).not.toContain('hunter2')
  await run.remove()
})

installed('an image for two platforms is one manifest list', async () => {
  const run = await build({
    Tags: 'both',
    Platforms: 'linux/amd64,linux/arm64',
    Push: 'true',
    Username: 'ci',
    Password: 'hunter2-hunter2',
  })
  expect(run.failure).toBeUndefined()
  const { manifests } = json(manifest('team/shop:both')) as {
    manifests: { platform: { architecture: string } }[]
  }
  expect(manifests.map(({ platform }) => platform.architecture).sort()).toEqual(['amd64', 'arm64'])
  expect(run.result?.outputVariables?.ImageDigest).toBe(sha256(manifest('team/shop:both')))
  await run.remove()
})

installed("a Dockerfile that is wrong is the action's failure, and a refused push too", async () => {
  writeFileSync(join(folder, 'code', 'Broken'), 'FROM scratch\nCOPY nothing-there /\n')
  const broken = await build({ Dockerfile: 'Broken' })
  expect(broken.failure?.message).toMatch(/^"podman build .*" failed with exit code \d+/)
  await broken.remove()
  const refused = await build({ Push: 'true', Username: 'ci', Password: 'wrong-password' })
  expect(refused.failure?.message).toMatch(/^"podman login .*" failed with exit code/)
  await refused.remove()
})

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
