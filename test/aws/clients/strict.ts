import { sign } from '../../../plugins/aws-api/test/sigv4/signer.js'
import { operationNames } from '../../../plugins/aws-api/test/support/operations.js'
import { asJson, type Client, type ClientKind, Refusal, type Target } from './client.js'
import { ModelCheck } from './model.js'

/** Sees the answers as they are on the wire, and takes nothing that the model does not have: real clients drop it silently. */
export function strict(check: ModelCheck): ClientKind {
  const name = 'a client that reads every byte'
  return {
    name,
    async start({ endpoint, region, keys }: Target): Promise<Client> {
      const call = async (operation: string, input: object) => {
        const body = asJson(input)
        const target = { 'x-amz-target': `CodePipeline_20150709.${operation}` }
        const headers = await sign(new URL(endpoint).host, { body, region, credentials: keys, headers: target })
        const response = await fetch(endpoint, { method: 'POST', body, headers })
        const text = await response.text()
        const answer = text === '' ? {} : JSON.parse(text)
        if (response.status !== 200) throw new Refusal(answer.__type, answer.message)
        const problems = check.problems(operation, answer)
        if (problems.length > 0) throw new Error(problems.join('\n'))
        return answer
      }
      const pages = () => Promise.reject(new Error('it has no paginators'))
      return { name, operations: operationNames, call, pages, stop: async () => {} }
    },
  }
}
