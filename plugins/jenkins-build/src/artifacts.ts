import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type JobContext, JobFailed, outboundFetch } from '@penstock/core'
import type { JenkinsApi } from './api.js'

/** Downloads what the build archived into `folder`, each file as a stream. Errors: JobFailed when it archived nothing. */
export async function downloadArtifacts(path: string, folder: string, api: JenkinsApi, ctx: JobContext): Promise<void> {
  const build = await api.json<{ artifacts?: { relativePath: string }[] }>(
    `${path}api/json?tree=artifacts[relativePath]`,
  )
  const files = build?.artifacts ?? []
  if (files.length === 0) {
    throw new JobFailed(
      'the action has an output artifact, but the Jenkins build archived no artifacts (archiveArtifacts)',
    )
  }
  ctx.log.line(`Downloading ${files.length} artifacts`)
  for (const { relativePath } of files) await download(path, relativePath, folder, api, ctx)
}

async function download(
  path: string,
  relativePath: string,
  folder: string,
  api: JenkinsApi,
  ctx: JobContext,
): Promise<void> {
  const target = resolve(folder, relativePath)
  if (!target.startsWith(folder + sep))
    throw new JobFailed(`Jenkins names an artifact outside of its folder: ${relativePath}`)
  const encoded = relativePath.split('/').map(encodeURIComponent).join('/')
  const response = await outboundFetch(api.urlOf(`${path}artifact/${encoded}`), {
    headers: api.headers,
    signal: ctx.signal,
  })
  if (!response.ok || response.body === null) {
    throw new JobFailed(`Jenkins artifact ${relativePath}: HTTP ${response.status}`, 'SystemUnavailable')
  }
  await mkdir(dirname(target), { recursive: true })
  await pipeline(Readable.fromWeb(response.body as import('node:stream/web').ReadableStream), createWriteStream(target))
}

/** Where the downloads of a job go. */
export function artifactFolder(ctx: JobContext): string {
  return join(ctx.workspace, 'artifacts')
}
