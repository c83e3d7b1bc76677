/** A user with the AWS SDK and a browser's session, who asks again when the server was just killed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ActionExecutionDetail,
  CodePipelineClient,
  CreatePipelineCommand,
  type PipelineExecutionSummary,
  paginateListActionExecutions,
  paginateListPipelineExecutions,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-codepipeline'
import type { PipelineDeclaration } from '@penstock/core'
import type { Installation, Keys } from './installation.js'

const patience = 180_000

/** What the server meant to say, and not that there was none, or one that was just starting. */
function isAnswer(error: unknown): boolean {
  const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string }
  return $metadata?.httpStatusCode === 400 && name?.endsWith('Exception') === true
}

/** Asks until there is an answer, three minutes at most. Errors: what the server answers; that nobody did. */
export async function insist<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patience
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (isAnswer(error) || Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

export class Client {
  private readonly api: CodePipelineClient
  private cookie: string | undefined

  constructor(
    readonly installation: Installation,
    keys: Keys,
    /** The one whose session is good here, too. */
    private readonly signedInBy?: Client,
  ) {
    const { address: endpoint } = installation
    this.api = new CodePipelineClient({ endpoint, region: 'us-east-1', credentials: keys, maxAttempts: 1 })
  }

  async createPipeline(pipeline: PipelineDeclaration): Promise<void> {
    await insist(() => this.api.send(new CreatePipelineCommand({ pipeline: pipeline as never })))
  }

  /** Once, whether it is answered or not; the token makes any number of tries one execution. */
  async start(name: string, clientRequestToken: string): Promise<string> {
    const { pipelineExecutionId } = await this.api.send(new StartPipelineExecutionCommand({ name, clientRequestToken }))
    return pipelineExecutionId ?? ''
  }

  executions(pipelineName: string): Promise<PipelineExecutionSummary[]> {
    return insist(async () => {
      const all: PipelineExecutionSummary[] = []
      for await (const page of paginateListPipelineExecutions({ client: this.api }, { pipelineName }))
        all.push(...(page.pipelineExecutionSummaries ?? []))
      return all
    })
  }

  actions(pipelineName: string): Promise<ActionExecutionDetail[]> {
    return insist(async () => {
      const all: ActionExecutionDetail[] = []
      for await (const page of paginateListActionExecutions({ client: this.api }, { pipelineName }))
        all.push(...(page.actionExecutionDetails ?? []))
      return all
    })
  }

  /** The whole log as the page serves it; `undefined` when there is none (yet). */
  async log(pipelineName: string, actionExecutionId: string): Promise<string | undefined> {
    const path = `/pipelines/${pipelineName}/actions/${actionExecutionId}/log/raw`
    const cookie = await this.signedIn()
    const answer = await fetch(this.installation.address + path, { headers: { cookie }, redirect: 'error' })
    if (answer.status === 404) return undefined
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`)
    return answer.text()
  }

  /** Once: a session outlives the server, too. */
  private async signedIn(): Promise<string> {
    if (this.signedInBy) return this.signedInBy.signedIn()
    if (this.cookie !== undefined) return this.cookie
    const { address, dataFolder } = this.installation
    const form = await fetch(`${address}/sign-in`)
    const token = /name="_csrf"[^>]*value="([^"]+)"/.exec(await form.text())?.[1] ?? ''
    const password = readFileSync(join(dataFolder, 'secrets', 'initialAdminPassword'), 'utf8').trim()
    const answer = await fetch(`${address}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookieOf(form) },
      body: new URLSearchParams({ _csrf: token, user: 'admin', password }),
    })
    if (answer.status !== 303) throw new Error(`the sign-in was answered with ${answer.status}`)
    this.cookie = cookieOf(answer)
    return this.cookie
  }
}

function cookieOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
