/** Calls, answers and notes as JSON messages between two processes; both ends are alike. */
import { fromWire, toWire, type WireError } from './wire-error.js'

/** One message of the channel. */
export type Message =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: WireError }
  | { readonly kind: 'note'; readonly method: string; readonly params: unknown }

/** What the other side may ask for, by name. A note's answer goes nowhere. */
export type Handlers = Readonly<Record<string, (params: never) => unknown>>

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** One end. Messages arrive in the order in which they were sent. */
export class Channel {
  readonly #waiting = new Map<number, Waiting>()
  #next = 1
  #closed: Error | undefined

  constructor(
    private readonly send: (message: Message) => void,
    private readonly handlers: Handlers,
    /** Told of notes that went wrong here: their sender is not. */
    private readonly onError: (error: unknown) => void = () => {},
  ) {}

  /** Asks the other side. Errors: what it threw there; what the channel was closed with. */
  call(method: string, params: unknown): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed)
    const id = this.#next++
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    try {
      this.send({ kind: 'call', id, method, params })
    } catch (error) {
      this.#take(id)?.reject(error as Error)
    }
    return answer
  }

  /** Tells the other side. What cannot be sent any more is dropped. */
  note(method: string, params: unknown): void {
    if (!this.#closed) this.send({ kind: 'note', method, params })
  }

  /** To be given everything that arrives; never throws, whatever it is given. */
  receive(message: unknown): void {
    if (typeof message !== 'object' || message === null) return
    const arrived = message as Message
    if (arrived.kind === 'answer') this.#settle(arrived)
    else if (arrived.kind === 'note') void this.#handle(arrived.method, arrived.params).catch(this.onError)
    else if (arrived.kind === 'call') void this.#answer(arrived)
  }

  /** Nothing comes any more: who waits for an answer gets this error. */
  close(error: Error): void {
    if (this.#closed) return
    this.#closed = error
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(error)
  }

  #settle({ id, value, error }: Message & { readonly kind: 'answer' }): void {
    const waiting = this.#take(id)
    if (error) waiting?.reject(fromWire(error))
    else waiting?.resolve(value)
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    return waiting
  }

  async #answer({ id, method, params }: Message & { readonly kind: 'call' }): Promise<void> {
    try {
      const value = await this.#handle(method, params)
      this.#reply({ kind: 'answer', id, value })
    } catch (error) {
      this.#reply({ kind: 'answer', id, error: toWire(error) })
    }
  }

  #reply(message: Message & { readonly kind: 'answer' }): void {
    if (this.#closed) return
    try {
      this.send(message)
    } catch (error) {
      // What a provider answered may be no JSON (a circle, a BigInt): that is its error.
      if (!message.error) this.#reply({ kind: 'answer', id: message.id, error: toWire(error) })
    }
  }

  async #handle(method: string, params: unknown): Promise<unknown> {
    const handler = Object.hasOwn(this.handlers, method) ? this.handlers[method] : undefined
    if (!handler) throw new Error(`there is no '${method}' on this side`)
    return handler(params as never)
  }
}
