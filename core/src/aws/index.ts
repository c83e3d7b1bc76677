/** `@penstock/core/aws`: what plugins share that call AWS, or a server that speaks its protocols. */
export * from './access.js'
export * from './failure.js'
export * from './watch.js'
