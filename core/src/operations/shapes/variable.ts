/** Pipeline variables: their declarations and the values of one execution (S14). */
import { list, structure, text } from '../../shape/shape.js'

const name = text({ min: 1, max: 128, pattern: '[A-Za-z0-9@\\-_]+' })
const value = text({ min: 1, max: 1000, pattern: '.*' })

export const variableDeclarations = list(
  structure({ name }, { defaultValue: value, description: text({ min: 0, max: 200, pattern: '.*' }) }),
  { max: 50 },
)
export const variables = list(structure({ name, value }), { min: 1, max: 50 })
