import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { categories, completeSpec, type GivenSpec, pascal } from '../../scaffold/spec.js'
import { writePlugin } from '../../scaffold/write-plugin.js'

export interface NewOptions extends GivenSpec {
  /** Where to; a folder `penstock-plugin-NAME` below the current one when absent. */
  readonly dir?: string
  /** For Penstock's own repository: builds and tests with it. */
  readonly bundled?: boolean
  /** Asks nothing. */
  readonly yes?: boolean
}

/** `penstock plugin new NAME`: asks what was not given when there is somebody to ask, then writes. */
export async function newPlugin(name: string, options: NewOptions): Promise<void> {
  const given = options.yes || !process.stdin.isTTY ? options : await ask(name, options)
  const spec = completeSpec(name, given)
  const folder = resolve(options.dir ?? `penstock-plugin-${spec.name}`)
  const files = writePlugin(folder, spec, options.bundled)
  process.stdout.write(`${folder}\n${files.map((file) => `  ${file}\n`).join('')}`)
  process.stdout.write(
    options.bundled ? `Next: scripts/test plugins/${spec.name}\n` : `Next: cd ${folder} && npm test\n`,
  )
}

async function ask(name: string, given: NewOptions): Promise<NewOptions> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const question = async (text: string, preset: string) =>
    (await lines.question(`${text} (${preset}): `)).trim() || preset
  try {
    if (given.kind !== undefined && given.kind !== 'provider') return given
    const category = given.category ?? (await question(`Category, one of ${categories.join(', ')}`, 'Build'))
    const provider = given.provider ?? (await question('Name of the provider in pipelines', pascal(name)))
    const property = given.property ?? (await askProperties(lines.question.bind(lines)))
    return { ...given, category, provider, property }
  } finally {
    lines.close()
  }
}

async function askProperties(question: (text: string) => Promise<string>): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const text = (await question('A property, as Name:string:required; nothing when there are no more: ')).trim()
    if (text === '') return found
    found.push(text)
  }
}
