/** `@penstock/core/guide`: the documents, for whoever serves or prints them. */
export { type Guide, guideOf, guides } from './guide.js'
