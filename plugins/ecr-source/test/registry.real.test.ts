/** A registry of Debian's (docker-registry), with images as a push makes them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, pollContext, runAction } from '@penstock/core/testkit'
import { ecrSource } from '../src/provider.js'

const folder = mkdtempSync(join(tmpdir(), 'penstock-registry-'))
/** Of `open sesame`: bcrypt is all that the registry reads. */
const bcrypt = '$2b$05$wiW/qkhDcYnbLN7W7ivaiecZRqRZEgL0GOtxM2xRnqn5BtQybLb5S'
const login = `Basic ${Buffer.from('penstock:open sesame').toString('base64')}`
let url: string
let registry: ChildProcess

beforeAll(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  writeFileSync(join(folder, 'users'), `penstock:${bcrypt}\n`)
  writeFileSync(
    join(folder, 'config.yml'),
    `version: 0.1
log: { accesslog: { disabled: true }, level: error }
storage: { filesystem: { rootdirectory: ${folder}/images } }
http: { addr: '127.0.0.1:${port}' }
auth: { htpasswd: { realm: test, path: ${folder}/users } }
`,
  )
  registry = spawn('docker-registry', ['serve', join(folder, 'config.yml')], { stdio: 'ignore' })
  await expect(answers()).resolves.toBe(true)
})
afterAll(async () => {
  const ended = new Promise((resolve) => registry.once('exit', resolve))
  registry.kill()
  await ended
  rmSync(folder, { recursive: true, force: true })
})

async function answers(): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    if (
      await fetch(`${url}/v2/`).then(
        () => true,
        () => false,
      )
    )
      return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Pushes an image of one small layer; answers its digest. */
async function push(content: string): Promise<string> {
  const headers = { authorization: login, 'content-type': 'application/octet-stream' }
  const blob = async (text: string) => {
    const begun = await fetch(`${url}/v2/team/site/blobs/uploads/`, { method: 'POST', headers })
    const place = new URL(begun.headers.get('location') ?? '', url)
    place.searchParams.set('digest', sha256(text))
    const put = await fetch(place, { method: 'PUT', headers, body: text })
    expect(put.status).toBe(201)
    return { digest: sha256(text), size: Buffer.byteLength(text) }
  }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', ...(await blob(JSON.stringify({ content }))) }
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...(await blob(content)) }
  const body = JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] })
  const put = await fetch(`${url}/v2/team/site/manifests/stable`, {
    method: 'PUT',
    headers: { authorization: login, 'content-type': mediaType },
    body,
  })
  expect(put.status).toBe(201)
  return sha256(body)
}

const source = (password = 'open sesame') =>
  ecrSource({ registry: { url, username: 'penstock', password } }, () => 'eu-central-1')
const configuration = { RepositoryName: 'team/site', ImageTag: 'stable' }

test('what a tag names is seen by its digest, and fetched by it after another push', async () => {
  const first = await push('one')
  expect(await source().latestRevision(configuration, pollContext())).toEqual({
    revisionId: first,
    revisionSummary: `${new URL(url).host}/team/site@${first}`,
  })
  const second = await push('two')
  expect((await source().latestRevision(configuration, pollContext()))?.revisionId).toBe(second)
  const run = await runAction(source(), { configuration, outputs: ['Image'], revision: { revisionId: first } })
  expect(run.result?.outputVariables).toMatchObject({
    ImageDigest: first,
    ImageURI: `${new URL(url).host}/team/site@${first}`,
  })
})

test('what is not there, and a wrong login, in words', async () => {
  await expect(source().latestRevision({ ...configuration, ImageTag: 'none' }, pollContext())).rejects.toThrow(
    'RepositoryName team/site has no image none',
  )
  await expect(source('wrong').latestRevision(configuration, pollContext())).rejects.toThrow(
    'wants another login (401): look at plugins.ecr-source.registry',
  )
})
