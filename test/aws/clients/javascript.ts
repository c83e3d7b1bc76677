import * as sdk from '@aws-sdk/client-codepipeline'
import type { Client, ClientKind, Pages, Target } from './client.js'

const operations = Object.keys(sdk).flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? [])

type Paginator = (
  config: { client: sdk.CodePipelineClient; pageSize?: number },
  input: object,
) => AsyncIterable<Record<string, unknown>>

/** AWS's SDK for JavaScript, version 3. */
export const javascript: ClientKind = {
  name: 'the JavaScript SDK v3',
  async start({ endpoint, region, keys }: Target): Promise<Client> {
    const client = new sdk.CodePipelineClient({ endpoint, region, credentials: keys, maxAttempts: 1 })
    return {
      name: this.name,
      operations,
      async call(operation, input) {
        // biome-ignore lint/performance/noDynamicNamespaceImportAccess: the names are what is tested.
        const Command = sdk[`${operation}Command` as 'ListPipelinesCommand']
        const { $metadata: _, ...answer } = await client.send(new Command(input as never))
        return answer
      },
      async pages(operation, input, pageSize): Promise<Pages> {
        // biome-ignore lint/performance/noDynamicNamespaceImportAccess: the names are what is tested.
        const paginate = sdk[`paginate${operation}` as 'paginateListPipelines'] as unknown as Paginator
        const items: unknown[] = []
        let requests = 0
        for await (const page of paginate({ client, ...(pageSize === undefined ? {} : { pageSize }) }, input)) {
          requests++
          items.push(...Object.values(page).filter(Array.isArray).flat())
        }
        return { requests, items }
      },
      stop: async () => client.destroy(),
    }
  },
}
