/** Which errors each operation may answer with, as AWS's own JavaScript client says: a new one makes the tests fail. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const commands = join(dirname(require.resolve('@aws-sdk/client-codepipeline/package.json')), 'dist-types', 'commands')
/** The base of all, which every command names. */
const base = 'CodePipelineServiceException'

/** `StartPipelineExecution ConflictException`, one for each pair that there is. */
export function declaredPairs(): string[] {
  return readdirSync(commands).flatMap((file) => {
    const operation = /^(\w+)Command\.d\.ts$/.exec(file)?.[1]
    if (operation === undefined) return []
    const text = readFileSync(join(commands, file), 'utf8')
    const errors = [...text.matchAll(/@throws \{@link (\w+)\}/g)].map(([, error]) => String(error))
    return errors.filter((error) => error !== base).map((error) => `${operation} ${error}`)
  })
}
