import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JobApiAccess, ReportedResult } from '@penstock/core'

export interface StandInJobApi {
  /** What `ctx.jobApi()` answers; each call waits for the next report. */
  access(): Promise<JobApiAccess>
  /** What was reported, in order. */
  readonly reports: Report[]
  stop(): Promise<void>
}

export interface Report {
  readonly jobId: string
  readonly continuationToken?: string
  readonly executionDetails?: { summary?: string; externalExecutionId?: string; percentComplete?: number }
  readonly outputVariables?: Record<string, string>
  readonly failureDetails?: { type: string; message: string; externalExecutionId?: string }
}

/** The two operations of CodePipeline's API that functions call, for real SDK clients on loopback. */
export async function startJobApi(): Promise<StandInJobApi> {
  const reports: Report[] = []
  const waiting: ((result: ReportedResult) => void)[] = []

  async function serve(request: IncomingMessage, response: ServerResponse) {
    let body = ''
    for await (const piece of request) body += piece
    const target = String(request.headers['x-amz-target'])
    const known = /^CodePipeline_20150709\.PutJob(Success|Failure)Result$/.test(target)
    if (!known || !request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=AKID/')) {
      response.writeHead(400).end(JSON.stringify({ __type: 'UnknownOperationException', message: target }))
      return
    }
    const report = JSON.parse(body) as Report
    reports.push(report)
    waiting.shift()?.(resultOf(report))
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end()
  }

  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    reports,
    access: async () => accessTo(server.address() as AddressInfo, waiting),
    stop() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function accessTo({ port }: AddressInfo, waiting: ((result: ReportedResult) => void)[]): JobApiAccess {
  const bucketName = 'codepipeline-eu-west-1-0123456789'
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    accountId: '123456789012',
    credentials: { accessKeyId: 'AKID', secretAccessKey: 'a-very-secret-key', sessionToken: 'a-session-token' },
    inputArtifacts: [{ name: 'Site', bucketName, objectKey: 'p/Site/abc' }],
    outputArtifacts: [{ name: 'Report', bucketName, objectKey: 'p/Report/def' }],
    reported: () => new Promise((resolve) => waiting.push(resolve)),
  }
}

function resultOf({ failureDetails, executionDetails, continuationToken, outputVariables }: Report): ReportedResult {
  if (failureDetails !== undefined) return { outcome: 'failure', ...failureDetails }
  return {
    outcome: 'success',
    ...executionDetails,
    ...(continuationToken === undefined ? {} : { continuationToken }),
    ...(outputVariables === undefined ? {} : { outputVariables }),
  }
}
