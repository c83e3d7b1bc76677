import { definePlugin, type HttpHandler } from '@penstock/core'

/** The documents at `/docs`: for everybody who reaches the server, since they tell nothing of it. */
export default definePlugin({
  name: 'documentation',
  apiVersion: '^1.0',
  register(api) {
    let handler: Promise<HttpHandler> | undefined
    api.mount({
      prefix: '/docs',
      async handle(request, response) {
        // Read, and made searchable, when somebody first asks.
        handler ??= import('./answer.js').then(({ answers }) => answers())
        await (await handler)(request, response)
      },
    })
  },
})
