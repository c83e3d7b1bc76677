/** The process that one plugin runs in. It ends with the server that started it, however that ends. */
import { Worker } from 'node:worker_threads'
import { reason } from '../contain.js'
import { inSourceLines, reasonAt } from '../source-lines.js'
import { Channel, type Message } from './channel.js'
import { ChildPlugin } from './child-plugin.js'

/**
 * A thread of its own, because code that never gives the processor back would never hear that the server is gone: once
 * this process has another parent, it is killed.
 */
const watch = `
const parent = Number(process.env.PENSTOCK_PLUGIN_HOST)
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 1000)
`

/** Stacks in the lines that the author wrote, whoever prints them. */
function prepareStacks(): void {
  Error.prepareStackTrace = (error, sites) =>
    inSourceLines([`${error.name}: ${error.message}`, ...sites.map((site) => `    at ${site}`)].join('\n'))
}

function main(): void {
  prepareStacks()
  const send = process.send?.bind(process)
  if (!send) throw new Error('this is started by the plugin host, with a channel')
  const limits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 }
  // In a sandbox there is no need: it goes with the server, whatever runs in it.
  if (process.env.PENSTOCK_PLUGIN_HOST !== undefined) new Worker(watch, { eval: true, resourceLimits: limits }).unref()
  const plugin: ChildPlugin = new ChildPlugin(() => channel)
  const problem = (text: string) => channel.note('problem', { text })
  const channel = new Channel(
    (message: Message) => void send(message),
    plugin.handlers,
    (error) => problem(reason(error)),
  )
  process.on('message', (message) => channel.receive(message))
  process.on('disconnect', () => process.exit(0))
  process.on('unhandledRejection', (error) => problem(`unhandled rejection: ${reasonAt(error, plugin.path)}`))
  process.on('warning', ({ name, message }) => {
    if (name === 'MaxListenersExceededWarning') problem(`it leaks listeners: ${message}`)
  })
  process.on('uncaughtException', (error) => {
    // Said first, then the end: what the plugin holds is unknown now.
    send(
      { kind: 'note', method: 'fatal', params: { text: `uncaught exception: ${reasonAt(error, plugin.path)}` } },
      () => process.exit(70),
    )
  })
}

main()
