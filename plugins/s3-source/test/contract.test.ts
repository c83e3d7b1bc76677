import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packFolder } from '@penstock/core'
import { testSourceProvider } from '@penstock/core/testkit'
import { s3Source } from '../src/provider.js'
import { VersionedBucket } from './versioned-bucket.js'

const bucket = new VersionedBucket()
const work = mkdtempSync(join(tmpdir(), 'penstock-s3-'))
let endpoint: string
let versions = 0

async function change(): Promise<void> {
  const folder = join(work, String(++versions))
  mkdirSync(folder)
  writeFileSync(join(folder, 'a.txt'), String(versions))
  await packFolder(folder, `${folder}.zip`)
  bucket.put('app.zip', readFileSync(`${folder}.zip`))
}

beforeAll(async () => {
  endpoint = await bucket.start()
  await change()
})
afterAll(async () => {
  await bucket.stop()
  rmSync(work, { recursive: true, force: true })
})

const make = () => s3Source({ endpoint, accessKeyId: 'AKIA', secretAccessKey: 'secret' }, () => 'eu-central-1')

testSourceProvider('S3', make, () => ({
  configuration: { S3Bucket: bucket.name, S3ObjectKey: 'app.zip' },
  outputs: ['Source'],
  change,
  missing: { configuration: { S3ObjectKey: 'nothing.zip' } },
}))
