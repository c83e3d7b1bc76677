import { writeFileSync } from 'node:fs'
import { defined } from '../../domain/defined.js'
import { withClient } from '../api/connect.js'
import { CommandFailed } from '../output.js'
import type { VerbOptions } from './options.js'
import { onPipeline } from './pick.js'

export interface GetOptions extends VerbOptions {
  readonly definitionVersion?: number
  /** `yaml` or `json`. */
  readonly format?: string
  readonly outputFile?: string
}

/** `penstock get PIPELINE`: its definition, as `put`, `validate` and `run` take it; secrets are hidden (J3). */
export async function get(name: string, options: GetOptions): Promise<void> {
  const { pipeline } = await withClient(options, (client) =>
    onPipeline(client, name, () =>
      client.getPipeline({
        name,
        ...defined({ version: options.definitionVersion }),
      }),
    ),
  )
  const json = options.format === 'json' || options.output === 'json' || options.outputFile?.endsWith('.json')
  const text = json
    ? `${JSON.stringify({ pipeline }, null, 2)}\n`
    : (await import('yaml')).stringify({ pipeline }, { lineWidth: 0 })
  if (options.outputFile === undefined) process.stdout.write(text)
  else write(options.outputFile, text)
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new CommandFailed(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}
