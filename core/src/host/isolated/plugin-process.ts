/** One process with one plugin in it, as the host sees it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { Channel, type Handlers } from './channel.js'
import type { PluginEnclosure } from './plugin-sandbox.js'
import { PluginProcessEnded } from './process-ended.js'

/** What a process is started with. */
export interface PluginProcessParts {
  readonly plugin: string
  /** MB that its objects may take: a plugin that grows without end ends itself, not the machine. */
  readonly memory: number
  readonly handlers: Handlers
  /** What it runs in; without it, as the server does. */
  readonly enclosure?: PluginEnclosure
  /** Beside `memory`. */
  readonly nodeOptions?: readonly string[]
  /** A line that the plugin wrote to its standard output or error. */
  onLine(line: string, stream: 'stdout' | 'stderr'): void
  /** A note of the plugin's that could not be dealt with. */
  onError(error: unknown): void
}

const longestLine = 4_096

/** Its memory, modules and listeners are its own; it ends with the host, however that ends. */
export class PluginProcess {
  readonly channel: Channel
  /** Resolves with the error that everybody who waits for it gets. */
  readonly ended: Promise<PluginProcessEnded>
  readonly #child: ChildProcess
  #why: string | undefined

  constructor(readonly parts: PluginProcessParts) {
    const { execArgv, file } = program()
    const { enclosure, memory, nodeOptions = [] } = parts
    const node = [process.execPath, ...execArgv, `--max-old-space-size=${memory}`, ...nodeOptions, file]
    const [command = '', ...args] = [...(enclosure?.command ?? []), ...node]
    this.#child = spawn(command, args, {
      env: {
        ...(enclosure?.env ?? environment()),
        ...(enclosure ? {} : { PENSTOCK_PLUGIN_HOST: String(process.pid) }),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    })
    const handlers = { ...parts.handlers, fatal: ({ text }: { readonly text: string }) => this.#note(text) }
    this.channel = new Channel(
      (message) => void this.#child.send(message, () => {}), // what is sent to a process that ended fails with `ended`
      handlers,
      (error) => parts.onError(error),
    )
    this.#child.on('message', (message) => this.channel.receive(message))
    lines(this.#child.stdout, (line) => parts.onLine(line, 'stdout'))
    lines(this.#child.stderr, (line) => this.#complaint(line))
    this.ended = this.#watch()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Ends it at once. `why` goes behind "the process of plugin 'x'". */
  kill(why: string): void {
    this.#why ??= why
    this.#child.kill('SIGKILL')
  }

  /** V8's last words are plain text; what it ends with is SIGABRT, which says nothing. */
  #complaint(line: string): void {
    const { memory, plugin, onLine } = this.parts
    if (/^FATAL ERROR: .*heap out of memory/.test(line))
      this.#why ??= `ran out of memory: it may have ${memory} MB (plugins.${plugin}.isolation: { memory: MB } in penstock.yaml)`
    if (/^(?:bwrap|unshare|setpriv|mount): /.test(line)) this.#why ??= `could not be started in its sandbox: ${line}`
    onLine(line, 'stderr')
  }

  #note(text: string): void {
    this.#why ??= `ended: ${text}`
  }

  #watch(): Promise<PluginProcessEnded> {
    return new Promise((resolve) => {
      const end = (how: string) => {
        const error = new PluginProcessEnded(this.parts.plugin, this.#why ?? how)
        this.channel.close(error)
        resolve(error)
      }
      this.#child.once('error', (error) => end(`could not be started: ${error.message}`))
      // After the last message: what the plugin said before its end still counts.
      this.#child.once('close', (code, signal) =>
        end(signal ? `was ended by ${signal}` : `ended by itself with exit code ${code}`),
      )
    })
  }
}

/** From source (in tests), TypeScript is run as it is. */
function program(): { readonly file: string; readonly execArgv: string[] } {
  if (!__filename.endsWith('.ts')) return { file: join(__dirname, 'plugin-child.js'), execArgv: [] }
  const runner = 'tsx/cjs'
  return {
    file: join(__dirname, 'plugin-child.ts'),
    execArgv: ['--conditions=@penstock/source', '--require', require.resolve(runner)],
  }
}

/** The server's own settings may hold secrets (its database's URL, say), and are no plugin's business. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PENSTOCK_') && name !== 'NODE_OPTIONS')
  return Object.fromEntries(kept)
}

function lines(stream: Readable | null, tell: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8').on('data', (text: string) => {
    const all = (rest + text).split('\n')
    rest = (all.pop() ?? '').slice(0, longestLine)
    for (const line of all) if (line.trim() !== '') tell(line.slice(0, longestLine))
  })
}
