import { text } from 'node:stream/consumers'
import { defined } from '../domain/defined.js'
import { withClient } from './api/connect.js'
import { print, table, UsageError } from './output.js'
import { ago } from './terminal/time.js'
import type { VerbOptions } from './verbs/options.js'

/** `penstock secret set NAME < file`: the value is all of standard input but the line end at its end. */
export async function setSecret(
  name: string,
  options: VerbOptions & { readonly pipeline?: readonly string[]; readonly stage?: readonly string[] },
): Promise<void> {
  if (process.stdin.isTTY)
    throw new UsageError(`the value comes from standard input: penstock secret set ${name} <file`)
  const value = (await text(process.stdin)).replace(/\r?\n$/, '')
  if (value === '') throw new UsageError('standard input has no value')
  const { pipeline: pipelines, stage: stages } = options
  const { pipelinesInScope } = await withClient(options, (client) =>
    client.putSecret({ name, value, ...defined({ pipelines, stages }) }),
  )
  print(options.output, { name, pipelinesInScope }, () => [
    `${name} is set: {{secret:${name}}} stands for it`,
    ...(pipelines && pipelinesInScope === 0 ? [`no pipeline is called like ${pipelines.join(' or ')} now`] : []),
  ])
}

/** `penstock secret list`: never their values. */
export async function listSecrets(options: VerbOptions): Promise<void> {
  const { secrets } = await withClient(options, (client) => client.listSecrets({}))
  print(options.output, secrets, () =>
    table([
      ['SECRET', 'PIPELINES', 'STAGES', 'CHANGED', 'LAST USED'],
      ...secrets.map(({ name, pipelines, stages, changed, lastUsed }) => [
        name,
        pipelines?.join(' ') ?? 'all',
        stages?.join(' ') ?? 'all',
        ago(changed, Date.now()),
        lastUsed === undefined ? 'never' : ago(lastUsed, Date.now()),
      ]),
    ]),
  )
}

/** `penstock secret rm NAME`. */
export async function removeSecret(name: string, options: VerbOptions): Promise<void> {
  await withClient(options, (client) => client.deleteSecret({ name }))
  print(options.output, { name, deleted: true }, () => [`${name} is gone`])
}
