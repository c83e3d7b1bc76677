/** How lists are asked for in pages. */
import { integer, text } from '../../shape/shape.js'

export const nextToken = text({ min: 1, max: 2048 })
export const maxResults = integer({ min: 1, max: 100 })
/** ListPipelines alone allows more. */
export const maxPipelines = integer({ min: 1, max: 1000 })
export const page = { maxResults, nextToken }
