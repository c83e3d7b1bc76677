/** Makes at a server what an import found. */

import { actionTypeKey } from '../../domain/action-type.js'
import type { BuildProject } from '../../domain/build-project.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import type { Tag } from '../../engine/views.js'
import type { Client } from '../api/client.js'
import { Refused } from '../api/refusal.js'
import { CommandFailed } from '../output.js'
import { idOf } from './catalogue.js'
import type { Beside, Found, Table } from './found.js'
import type { Report } from './report.js'

export interface Creation {
  readonly found: Found
  readonly pipeline: PipelineDeclaration
  readonly tags: readonly Table[]
  readonly projects: readonly BuildProject[]
  /** Change a pipeline that is there. */
  readonly update: boolean
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean
}

/** What became of an import. */
export interface Created {
  /** Lines for people: what was made, changed, or would be. */
  readonly done: readonly string[]
  /** What could not be made beside the pipeline. */
  readonly failed: readonly string[]
}

/** Action types, projects, the pipeline, then what belongs to it. Errors: CommandFailed when the pipeline is not made. */
export async function create(client: Client, creation: Creation, report: Report): Promise<Created> {
  const maker = new Maker(creation.dryRun ? reading(client) : client, creation, report)
  await maker.actionTypes()
  await maker.projects()
  await maker.pipeline()
  await maker.closedDoors()
  await maker.webhooks()
  return maker
}

class Maker implements Created {
  readonly done: string[] = []
  readonly failed: string[] = []

  constructor(
    readonly client: Client,
    readonly creation: Creation,
    readonly report: Report,
  ) {}

  async actionTypes(): Promise<void> {
    for (const { id, input } of this.creation.found.actionTypes) {
      const key = actionTypeKey(idOf(input))
      try {
        await this.client.createCustomActionType(input as unknown as Parameters<Client['createCustomActionType']>[0])
        this.#say('CREATED', `action type ${key}`)
      } catch (error) {
        if (!/already exists|provided by a plugin/.test((error as Error).message))
          throw told(error, `the action type ${key} (${id})`)
        this.report.add('mapped', id, `the action type ${key} is there already, and stays as it is`)
      }
    }
  }

  /** A project that is there already stays as it is, unless an update was asked for. */
  async projects(): Promise<void> {
    const { projects, update } = this.creation
    for (const project of projects) {
      const { name } = project
      const known = await this.#knownProject(name)
      if (known !== undefined && (known.declared || !update)) {
        const remedy = known.declared ? 'penstock.yaml declares it' : '--update changes it'
        this.report.add('mapped', name, `the project ${name} is there already, and stays as it is: ${remedy}`)
        continue
      }
      try {
        await this.client.putProject({ name, project: JSON.stringify(project) })
      } catch (error) {
        throw told(error, `the project ${name}`)
      }
      this.#say(known === undefined ? 'CREATED' : 'UPDATED', `project ${name}`)
    }
  }

  async #knownProject(name: string): Promise<{ readonly declared: boolean } | undefined> {
    try {
      return await this.client.getProject({ name })
    } catch (error) {
      if (error instanceof Refused && error.code === 'ValidationException') return undefined
      throw error
    }
  }

  async pipeline(): Promise<void> {
    const { pipeline, tags, update } = this.creation
    const before = await this.#existing(pipeline.name)
    if (before && !update)
      throw new CommandFailed(
        `the pipeline '${pipeline.name}' exists already, in version ${before.version}: --update changes it`,
      )
    const answer = before
      ? await this.client.updatePipeline({ pipeline })
      : await this.client.createPipeline({ pipeline, tags: tags as unknown as Tag[] })
    const version = answer.pipeline?.version ?? (before?.version ?? 0) + 1
    this.#say(before ? 'UPDATED' : 'CREATED', `pipeline ${pipeline.name} (version ${version})`)
    if (before && tags.length > 0)
      await this.#beside('tags', () =>
        this.client.tagResource({ resourceArn: before.arn, tags: tags as unknown as Tag[] }),
      )
  }

  async closedDoors(): Promise<void> {
    for (const { stageName, reason } of this.creation.found.closed) {
      const input = {
        pipelineName: this.creation.pipeline.name,
        stageName,
        transitionType: 'Inbound' as const,
        reason: reason.replace(/[^a-zA-Z0-9!@().*?-]+/g, ' ').slice(0, 300) || 'imported so',
      }
      const made = await this.#beside(`the closed transition into ${stageName}`, () =>
        this.client.disableStageTransition(input).then(() => true),
      )
      if (made) this.#say('CLOSED', `transition into ${stageName}`)
    }
  }

  async webhooks(): Promise<void> {
    for (const webhook of this.creation.found.webhooks) {
      const { name } = webhook.input.webhook as { name: string }
      if (needsSecret(webhook)) {
        const what = `the webhook ${name} needs its secret: put it with aws codepipeline put-webhook, or give the parameter that holds it with --parameter`
        this.report.add('todo', webhook.id, what)
        continue
      }
      const made = await this.#beside(`the webhook ${name}`, () =>
        this.client.putWebhook(webhook.input as unknown as Parameters<Client['putWebhook']>[0]),
      )
      if (made) this.#say('CREATED', `webhook ${name}${made.webhook?.url === undefined ? '' : `: ${made.webhook.url}`}`)
    }
  }

  async #existing(name: string): Promise<{ version: number; arn: string } | undefined> {
    try {
      const { pipeline, metadata } = await this.client.getPipeline({ name })
      return { version: pipeline.version ?? 1, arn: metadata.pipelineArn }
    } catch (error) {
      if (error instanceof Refused && error.code === 'PipelineNotFoundException') return undefined
      throw error
    }
  }

  async #beside<T>(what: string, make: () => Promise<T>): Promise<T | undefined> {
    try {
      return await make()
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error
      this.failed.push(`${what}: ${(error as Error).message}`)
      return undefined
    }
  }

  #say(verb: string, what: string): void {
    this.done.push(this.creation.dryRun ? `WOULD BE ${verb} ${what}` : `${verb} ${what}`)
  }
}

/** Asks, and changes nothing. */
function reading(client: Client): Client {
  const asks = ['getPipeline', 'getProject', 'listActionTypes']
  return new Proxy(client, {
    get: (target, name) => (asks.includes(String(name)) ? Reflect.get(target, name) : async () => ({})),
  })
}

/** GitHub's signatures need a secret, and one that only AWS can look up is none. */
function needsSecret({ input }: Beside): boolean {
  const { authentication, authenticationConfiguration } = input.webhook as {
    readonly authentication?: string
    readonly authenticationConfiguration?: { readonly SecretToken?: string }
  }
  const secret = authenticationConfiguration?.SecretToken
  return authentication === 'GITHUB_HMAC' && (secret === undefined || /^\*+$|\{\{/.test(secret))
}

function told(error: unknown, what: string): unknown {
  return error instanceof CommandFailed ? new CommandFailed(`${what}: ${error.message}`) : error
}
