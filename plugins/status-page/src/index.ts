import { definePlugin, type HttpHandler } from '@penstock/core'
import { configSchema, type StatusPageConfig } from './config.js'

/** The page that shows and steers it all: a Koa application mounted at `/`. */
export default definePlugin<StatusPageConfig>({
  name: 'status-page',
  apiVersion: '^1.0',
  configSchema,
  register(api) {
    let application: Promise<HttpHandler> | undefined
    // Koa, Preact and the pages are loaded at the first request: the server's start does not wait for them.
    const handler = () => {
      application ??= import('./app.js').then(({ createApp }) =>
        createApp({ server: api.server, log: api.log, config: api.config }).callback(),
      )
      return application
    }
    api.mount({
      prefix: '/',
      async handle(request, response) {
        const handle = await handler()
        await handle(request, response)
      },
    })
  },
})
