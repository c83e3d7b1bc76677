import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { asJson, type Client, type ClientKind, environment, type Pages, Refusal, type Target } from './client.js'

/** Reads one call a line and answers each with one line. */
const program = `
import boto3, json, sys
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
c = boto3.client('codepipeline', endpoint_url=sys.argv[1], config=Config(retries=dict(total_max_attempts=1)))
def answer(it):
    it.pop('ResponseMetadata', None)
    return it
def pages(op, given, size):
    requests, items = 0, []
    how = {} if size is None else dict(PageSize=size)
    for page in c.get_paginator(xform_name(op)).paginate(PaginationConfig=how, **given):
        requests += 1
        items += [x for value in page.values() if isinstance(value, list) for x in value]
    return dict(requests=requests, items=items)
def say(it): print(json.dumps(it, default=lambda date: date.timestamp()), flush=True)
say(dict(operations=list(c.meta.method_to_api_mapping.values()), version=boto3.__version__))
for line in sys.stdin:
    op, given, size = json.loads(line)
    try: say(dict(answer=answer(getattr(c, xform_name(op))(**given)) if size is False else pages(op, given, size)))
    except ClientError as e: say(dict(code=e.response['Error']['Code'], message=str(e), known=hasattr(c.exceptions, e.response['Error']['Code'])))
    except Exception as e: say(dict(code=type(e).__name__, message=str(e)))
`

interface Said {
  readonly operations?: readonly string[]
  readonly answer?: Record<string, unknown>
  readonly code?: string
  readonly message?: string
}

/** boto3, as that Python has it. */
export function python(executable: string): ClientKind {
  const name = `boto3 of ${executable}`
  return {
    name,
    async start(target: Target): Promise<Client> {
      const child = spawn(executable, ['-c', program, target.endpoint], { env: environment(target) })
      const ask = conversation(child)
      const { operations = [] } = await ask()
      const call = async (operation: string, input: object, pageSize: number | null | false) => {
        const { answer, code, message } = await ask(`["${operation}",${asJson(input)},${pageSize}]\n`)
        if (answer === undefined) throw new Refusal(code ?? 'no answer', message ?? '')
        return answer
      }
      return {
        name,
        operations,
        call: (operation, input) => call(operation, input, false),
        pages: async (operation, input, size) => (await call(operation, input, size ?? null)) as unknown as Pages,
        async stop() {
          child.stdin.end()
          await new Promise((resolve) => child.once('close', resolve))
        },
      }
    },
  }
}

/** Asks one thing at a time; what comes first comes without being asked. Errors: the program ended, with its last words. */
function conversation(child: ChildProcessWithoutNullStreams): (line?: string) => Promise<Said> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let complaints = ''
  child.stderr.on('data', (piece: Buffer) => {
    complaints += piece
  })
  return async (line) => {
    if (line !== undefined) child.stdin.write(line)
    const { value, done } = await lines.next()
    if (done) throw new Error(`Python ended: ${complaints}`)
    return JSON.parse(value)
  }
}
