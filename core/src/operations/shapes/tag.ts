import { list, structure, text } from '../../shape/shape.js'

const tagKey = text({ min: 1, max: 128 })
const tag = structure({ key: tagKey, value: text({ min: 0, max: 256 }) })
export const tags = list(tag)
export const tagKeys = list(tagKey)
