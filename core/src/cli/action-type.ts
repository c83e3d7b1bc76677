import { readFileSync } from 'node:fs'
import { clientTokenKey } from '../app/client-token-key.js'
import { openMasterKey } from '../app/master-key.js'
import { openConfigured } from '../app/offline.js'
import { systemClock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { clientIdOf, clientTokenOf, putThirdPartyType } from '../engine/third-party.js'
import type { ActionTypeDeclaration } from '../engine/views.js'
import { checkSchema, pathText } from '../host/json-schema.js'
import { SqlAuditStore } from '../store/audit-store.js'
import type { Database } from '../store/database.js'
import { createEngineStore } from '../store/engine-store.js'
import { actionTypeSchema } from './action-type-schema.js'
import type { WhereOptions } from './main.js'
import { CommandFailed, print } from './output.js'
import { existingConfigOf } from './where.js'

/** `penstock action-type put FILE`: a server that runs on the same database knows the type within seconds. */
export async function putType(file: string, options: WhereOptions): Promise<void> {
  const declaration = read(file)
  const database = await openConfigured(existingConfigOf(options))
  try {
    const result = await putThirdPartyType(createEngineStore(database), declaration)
    const { category, owner, provider, version } = declaration.id
    const target = `${category}/${owner}/${provider}/${version}`
    await audit(database, 'PutActionType', target, result)
    process.stdout.write(`${target} ${result}\n`)
  } finally {
    await database.close()
  }
}

/** `penstock action-type client-token PROVIDER`: for the set-up of the partner's worker. Treat it as a password. */
export async function clientToken(
  provider: string,
  options: WhereOptions & { readonly output?: string },
): Promise<void> {
  const config = existingConfigOf(options)
  const database = await openConfigured(config)
  try {
    const types = await createEngineStore(database).actionTypes.list()
    const known = types.some(
      ({ type: { id }, deleted }) => !deleted && id.owner === 'ThirdParty' && id.provider === provider,
    )
    if (!known)
      throw new CommandFailed(
        `no action type of owner ThirdParty has the provider '${provider}': penstock action-type put FILE adds one`,
      )
    const key = await openMasterKey(config, database)
    const clientId = clientIdOf({ provider })
    const token = { clientId, clientToken: clientTokenOf(clientId, clientTokenKey(key)) }
    await audit(database, 'ShowClientToken', clientId)
    print(options.output, token, () => [`client id:    ${token.clientId}`, `client token: ${token.clientToken}`])
  } finally {
    await database.close()
  }
}

function audit(database: Database, operation: string, target: string, detail?: string): Promise<void> {
  const entry = { at: systemClock.now(), principal: 'penstock action-type', operation, target, result: 'ok' }
  return new SqlAuditStore(database).add({ ...entry, ...defined({ detail }) })
}

/** Errors: CommandFailed with every problem of the file. */
function read(file: string): ActionTypeDeclaration {
  let data: unknown
  try {
    data = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new CommandFailed(`${file} cannot be read as JSON: ${(error as Error).message}`)
  }
  const given = (data as { actionType?: unknown } | null)?.actionType ?? data
  const { value, problems } = checkSchema(actionTypeSchema, given)
  if (problems.length === 0) return withFlags(value as ActionTypeDeclaration)
  throw new CommandFailed(
    problems.map(({ path, message }) => `${file}: ${pathText(path) || 'the whole'} ${message}`).join('\n'),
  )
}

/** A schema's defaults do not reach into lists. */
function withFlags(declaration: ActionTypeDeclaration): ActionTypeDeclaration {
  const { properties = [] } = declaration
  const flags = { optional: false, key: false, noEcho: false, queryable: false }
  return { ...declaration, properties: properties.map((one) => ({ ...flags, ...one })) }
}
