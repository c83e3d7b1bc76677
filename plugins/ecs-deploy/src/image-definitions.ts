import { join } from 'node:path'
import { type JobContext, JobFailed, readInside } from '@penstock/core'

/** A container of the task definition, and the image that it gets. */
export interface ImageDefinition {
  readonly name: string
  readonly imageUri: string
}

/** CodePipeline's limit for the file, bytes. */
const mostBytes = 100 * 1024

/** Reads the file of the input artifact. Errors: JobFailed ConfigurationError naming FileName, and what is wrong in the file. */
export async function readImageDefinitions(fileName: string, ctx: JobContext): Promise<readonly ImageDefinition[]> {
  const { folder, name } = await ctx.input()
  const wrong = (what: string) => new JobFailed(`FileName ${fileName}: ${what}`, 'ConfigurationError')
  let text: string
  try {
    text = readInside(ctx, join(folder, fileName))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error
    throw wrong(
      `the artifact ${name} has no such file; a build makes it, such as [{"name": "CONTAINER", "imageUri": "IMAGE:TAG"}]`,
    )
  }
  if (Buffer.byteLength(text) > mostBytes) throw wrong(`the file has more than ${mostBytes} bytes`)
  let given: unknown
  try {
    given = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw wrong(`is no JSON: ${(error as Error).message}`)
  }
  if (!Array.isArray(given) || given.length === 0)
    throw wrong('must be a list of at least one container, such as [{"name": "CONTAINER", "imageUri": "IMAGE:TAG"}]')
  for (const [place, one] of given.entries()) {
    const { name: container, imageUri } = (one ?? {}) as Record<string, unknown>
    if (typeof container !== 'string' || container === '') throw wrong(`entry ${place + 1} has no "name"`)
    if (typeof imageUri !== 'string' || imageUri === '')
      throw wrong(`entry ${place + 1} (${container}) has no "imageUri"`)
  }
  const names = given.map((one: ImageDefinition) => one.name)
  const twice = names.find((one, place) => names.indexOf(one) !== place)
  if (twice !== undefined) throw wrong(`the container "${twice}" is there twice`)
  return given.map(({ name: container, imageUri }: ImageDefinition) => ({ name: container, imageUri }))
}
