/** The whole server as its own process, and a client that costs little beside it. */
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import type { PipelineDeclaration } from '@penstock/core'
import { sign } from '../../../plugins/aws-api/test/sigv4/signer.js'
import { Client } from '../../../test/crash/support/client.js'
import { besideData, Installation, type Keys, type ServerProcess } from '../../../test/crash/support/installation.js'
import { memoryOf } from './processes.js'

export class Subject {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 })
  private readonly signed = new Map<string, Record<string, string>>()

  private constructor(
    readonly installation: Installation,
    readonly keys: Keys,
    readonly client: Client,
    public server: ServerProcess,
  ) {}

  static async start(): Promise<Subject> {
    const installation = await Installation.create()
    process.once('SIGINT', () => void installation.remove().then(() => process.exit(130)))
    writeFileSync(besideData(installation, 'revision'), 'r1')
    const keys = await installation.createKeys()
    const server = installation.start()
    await server.ready
    return new Subject(installation, keys, new Client(installation, keys), server)
  }

  /** A source that writes nothing, then a stage for each list of commands; a list's commands follow one another. */
  async create(
    name: string,
    stages: readonly (readonly string[])[],
    more: Partial<PipelineDeclaration> = {},
    poll = false,
  ) {
    const type = (category: 'Source' | 'Build', provider: string) =>
      ({ category, owner: 'Custom', provider, version: '1' }) as const
    const File = besideData(this.installation, 'revision')
    const source = { name: 'Fetch', actionTypeId: type('Source', 'Tick'), configuration: { File, Poll: String(poll) } }
    const rest = stages.map((commands, index) => ({
      name: `Stage${index + 1}`,
      actions: commands.map((Command, order) => ({
        name: `Build${order + 1}`,
        runOrder: order + 1,
        actionTypeId: type('Build', 'Shell'),
        configuration: { Command },
      })),
    }))
    const declaration = {
      name,
      roleArn: 'arn:aws:iam::000000000000:role/penstock',
      artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-0000000000' },
      pipelineType: 'V2',
      stages: [{ name: 'Source', actions: [source] }, ...rest],
      ...more,
    }
    await this.client.createPipeline(declaration as PipelineDeclaration)
  }

  /** One signed call over a kept connection; the signature is made once for each body. */
  async call(operation: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const body = JSON.stringify(input)
    const known = `${operation} ${body}`
    const headers = this.signed.get(known) ?? (await this.sign(operation, body))
    this.signed.set(known, headers)
    return new Promise((resolve, reject) => {
      const sent = request(this.installation.address, { agent: this.agent, method: 'POST', headers }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (piece) => {
          text += piece
        })
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(JSON.parse(text || '{}')) : reject(new Error(text)),
        )
      })
      sent.on('error', reject).end(body)
    })
  }

  private sign(operation: string, body: string): Promise<Record<string, string>> {
    const { host } = new URL(this.installation.address)
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `CodePipeline_20150709.${operation}`,
      'content-length': String(Buffer.byteLength(body)),
    }
    return sign(host, { body, headers, credentials: this.keys, region: 'us-east-1' })
  }

  /** How many of the newest hundred executions run, or wait. */
  async live(pipelineName: string): Promise<number> {
    const { pipelineExecutionSummaries: all } = await this.call('ListPipelineExecutions', { pipelineName })
    return (all as { status: string }[]).filter(({ status }) => status === 'InProgress').length
  }

  /** Until no execution of the pipeline is in progress. */
  async atRest(pipelineName: string, pause = 20): Promise<void> {
    while ((await this.live(pipelineName)) > 0) await new Promise((resolve) => setTimeout(resolve, pause))
  }

  /** Of the server's process; MB. */
  memory(): number {
    return memoryOf(this.server.pid)
  }

  async remove(): Promise<void> {
    this.agent.destroy()
    await this.server.stop()
    await this.installation.remove()
  }
}
