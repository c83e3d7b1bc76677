import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ObjectVersions } from '@penstock/core'
import { FolderArtifactStore, testActionProvider } from '@penstock/core/testkit'
import { OwnBuckets } from '../src/own-buckets.js'
import { s3Deploy } from '../src/provider.js'

const folder = mkdtempSync(join(tmpdir(), 'penstock-s3-deploy-'))
const store = new FolderArtifactStore(folder)
beforeAll(() => new ObjectVersions(store).create('site'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const none = { find: async () => undefined }

testActionProvider('S3', () => s3Deploy(none, new OwnBuckets(() => store)), {
  configuration: { BucketName: 'site', Extract: 'true', ObjectKey: '{uuid}' },
  inputs: { Site: { 'index.html': '<p>hello</p>', 'css/site.css': 'p {}' } },
  mayWrite: [folder],
  bad: [
    { configuration: { Extract: 'false', ObjectKey: '' }, says: 'ObjectKey is missing' },
    { configuration: { CannedACL: 'public-read' }, says: 'CannedACL is public-read' },
    { configuration: { KMSEncryptionKeyARN: 'arn:aws:kms:x:1:key/k' }, says: 'KMSEncryptionKeyARN' },
    { configuration: { ObjectKey: '../../etc' }, says: 'ObjectKey makes the key' },
    { configuration: { ObjectKey: '.penstock-versions/x' }, says: 'ObjectKey makes the key' },
    { configuration: { BucketName: 'nowhere' }, says: 'BucketName nowhere: there is no such bucket' },
  ],
})
