/** The code blocks of plugins/README.md. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './compile.js'

export interface Block {
  readonly language: string
  readonly text: string
}

export const readme = readFileSync(join(repository, 'plugins/README.md'), 'utf8')
export const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', text = '']) => ({ language, text }),
)
export const of = (language: string) => blocks.filter((block) => block.language === language).map(({ text }) => text)
