import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { CommandFailed } from '../output.js'

/** What a YAML or JSON file holds; `-` is standard input. Errors: CommandFailed. */
export function readDocument(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new CommandFailed(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const document = parseDocument(text, { prettyErrors: true })
  const [error] = document.errors
  if (error !== undefined) throw new CommandFailed(`${file} is neither YAML nor JSON: ${error.message}`)
  return document.toJS() as unknown
}
