/** The text of a pipeline file: JSON as `get-pipeline` prints it, or the same in YAML; every problem can say its line. */

import { readFileSync } from 'node:fs'
import { defined } from '../domain/defined.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import type { Tag } from '../engine/views.js'
import { parseYaml, YamlError, type YamlFile } from '../host/yaml-file.js'

/** A text that is no pipeline; the message names the file, and its line if it has one. */
export class PipelineTextError extends Error {
  override readonly name = 'PipelineTextError'
}

/** A file in the shape that `aws codepipeline get-pipeline` prints (its metadata is ignored), or the structure alone. */
export interface PipelineFile {
  readonly pipeline: PipelineDeclaration
  readonly tags?: readonly Tag[]
}

/** A pipeline file that can say where things stand. */
export interface PipelineText extends PipelineFile {
  /** `release.yaml:7:3`, for a place such as `stages[1].actions[0].name`, or the nearest that is there. */
  where(place: string): string
  /** What is wrong with the text though it can be read, each with its line: keys that stand there twice. */
  readonly warnings: readonly string[]
}

/** File names that are taken for pipelines in a folder of them. */
export const pipelineFileName = /\.(json|ya?ml)$/

/** Reads a file, or standard input for `-`. Errors: PipelineTextError. */
export function readPipelineText(file: string): PipelineText {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new PipelineTextError(`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  return parsePipelineText(text, file === '-' ? 'standard input' : file)
}

/** As readPipelineText, of a text; `file` is what to call it. What begins with a bracket is JSON, unless the name says YAML. */
export function parsePipelineText(given: string, file: string): PipelineText {
  const text = given.replace(/^\uFEFF/, '') // some editors begin a file so
  const isYaml = /\.ya?ml$/.test(file) || (!file.endsWith('.json') && !/^\s*[[{]/.test(text))
  const parsed = isYaml ? yamlOf(text, file) : jsonOf(text, file)
  return { ...contentOf(parsed.data, file), ...placesOf(parsed, text, file) }
}

interface Parsed {
  readonly data: unknown
  readonly yaml?: YamlFile
}

function yamlOf(text: string, file: string): Parsed {
  try {
    const yaml = parseYaml(text, file)
    return { data: yaml.data, yaml }
  } catch (error) {
    throw error instanceof YamlError ? new PipelineTextError(error.message) : error
  }
}

function jsonOf(text: string, file: string): Parsed {
  try {
    return { data: JSON.parse(text) }
  } catch (error) {
    throw new PipelineTextError(`${file}: is not JSON: ${withLine(text, (error as Error).message)}`)
  }
}

function contentOf(data: unknown, file: string): PipelineFile {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new PipelineTextError(`${file}: must be an object such as get-pipeline prints`)
  const { pipeline, tags } = data as { pipeline?: unknown; tags?: readonly Tag[] }
  const declaration = (pipeline ?? data) as PipelineDeclaration
  if (typeof declaration !== 'object' || typeof declaration.name !== 'string')
    throw new PipelineTextError(`${file}: has no "pipeline" with a "name", and is no pipeline structure itself`)
  return { pipeline: declaration, ...defined({ tags }) }
}

/** JSON is YAML, too: the same parser finds its places, and is loaded once somebody asks for one. */
function placesOf({ data, yaml }: Parsed, text: string, file: string): Pick<PipelineText, 'where' | 'warnings'> {
  const wrapped = (data as { pipeline?: unknown }).pipeline !== undefined
  let read: { readonly yaml?: YamlFile; readonly warnings: readonly string[] } | undefined = yaml && {
    yaml,
    warnings: [],
  }
  const places = () => {
    read ??= tolerantly(text, file)
    return read
  }
  return {
    where: (place) => places().yaml?.where([...(wrapped ? ['pipeline'] : []), ...pathOf(place)]) ?? file,
    get warnings() {
      return places().warnings
    },
  }
}

/** JSON lets a key stand twice, and the last counts: that is never meant. */
function tolerantly(text: string, file: string): { readonly yaml?: YamlFile; readonly warnings: readonly string[] } {
  const warnings: string[] = []
  for (const uniqueKeys of [true, false])
    try {
      return { yaml: parseYaml(text, file, uniqueKeys), warnings }
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      warnings.push(...error.problems.filter((problem) => problem.includes('keys must be unique')))
    }
  return { warnings }
}

/** `stages[1].name` as its parts. */
function pathOf(place: string): (string | number)[] {
  return [...place.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? (name ?? '') : Number(index),
  )
}

/** JSON.parse tells a position; people want a line. */
function withLine(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position === undefined || message.includes('line')) return message
  const before = text.slice(0, Number(position)).split('\n')
  return `${message} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`
}
