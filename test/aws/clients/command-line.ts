import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Program, programOf } from '../../../plugins/aws-api/test/support/program.js'
import { asJson, type Client, type ClientKind, environment, type Pages, Refusal, type Target } from './client.js'

const kebab = (operation: string) => operation.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()
const pascal = (command: string) => command.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase())

/** The aws command, as that path has it. */
export function commandLine(executable: string): ClientKind {
  const name = `the command ${executable}`
  return {
    name,
    async start(target: Target): Promise<Client> {
      const folder = mkdtempSync(join(tmpdir(), 'penstock-cli-'))
      const program = programOf(executable)
      const run = (...args: string[]) => aws(program, target, args)
      let files = 0
      const given = (operation: string, input: object) => {
        const file = join(folder, `${++files}.json`)
        writeFileSync(file, asJson(input))
        return [kebab(operation), '--cli-input-json', `file://${file}`]
      }
      return {
        name,
        operations: await commands(program, target),
        call: (operation, input) => run(...given(operation, input)),
        async pages(operation, input, pageSize): Promise<Pages> {
          const answer = await run(
            ...given(operation, input),
            ...(pageSize === undefined ? [] : ['--page-size', String(pageSize)]),
          )
          return { items: Object.values(answer).filter(Array.isArray).flat() }
        },
        async stop() {
          await program.stop()
          rmSync(folder, { recursive: true })
        },
      }
    },
  }
}

async function aws(program: Program, target: Target, args: string[]): Promise<Record<string, unknown>> {
  const all = ['codepipeline', ...args, '--endpoint-url', target.endpoint, '--output', 'json']
  const { status, out, err } = await program.run(all, { env: environment(target) })
  if (status !== 0) throw new Refusal(/An error occurred \((\w+)\)/.exec(err)?.[1] ?? 'failed', err)
  return out.trim() === '' ? {} : JSON.parse(out)
}

/** The command names its own, when it is asked for one that it does not have. */
async function commands(program: Program, target: Target): Promise<string[]> {
  const refusal: Refusal = await aws(program, target, ['none']).then(
    () => new Refusal('', ''),
    (error) => error,
  )
  const listed = refusal.message.slice(refusal.message.indexOf('valid choices are')).split('\n').slice(1)
  return listed
    .join(' ')
    .split(/[\s|]+/)
    .filter((word) => /^[a-z]+(-[a-z0-9]+)+$/.test(word))
    .map(pascal)
}
