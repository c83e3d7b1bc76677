import { integer, list, oneOf, structure, text } from '../../shape/shape.js'
import { artifactName } from './names.js'

const encryptionKey = structure({ id: text({ min: 1, max: 400 }), type: oneOf('KMS') })

export const artifactStore = structure(
  { type: oneOf('S3'), location: text({ min: 3, max: 63, pattern: '[a-zA-Z0-9\\-\\.]+' }) },
  { encryptionKey },
)
export const inputArtifacts = list(structure({ name: artifactName }))
export const outputArtifacts = list(
  structure({ name: artifactName }, { files: list(text({ min: 1, max: 128 }), { min: 1, max: 10 }) }),
)

const upTo = (max: number) =>
  structure({ minimumCount: integer({ min: 0, max }), maximumCount: integer({ min: 0, max }) })
/** How many artifacts a custom action type takes or gives (J2). */
export const artifactDetails = upTo(5)
/** The same of a type with an executor, which allows more. */
export const executorArtifactDetails = upTo(10)
