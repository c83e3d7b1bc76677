// One connection for all tabs of a browser: browsers allow a server six, and the seventh tab would wait for ever. Runs as
// a shared worker; where there is none, a page runs it itself while it is looked at.
;(() => {
  const shared = typeof SharedWorkerGlobalScope !== 'undefined' && self instanceof SharedWorkerGlobalScope
  const most = 60
  const silentMs = 45_000
  const gatherMs = 20

  /** The stream of all addresses that somebody wants; `tell(address, message)` gets what comes. */
  class Stream {
    constructor(tell) {
      this.tell = tell
      /** What is wanted, and what of it is there: address -> rev. The ones wanted last stand last. */
      this.wanted = new Map()
      this.fails = 0
    }

    want(address, rev) {
      const present = this.wanted.get(address)
      this.wanted.delete(address)
      // Whoever has another state than the others gets the whole; that changes nothing for the others.
      this.wanted.set(address, rev && rev === present ? rev : '')
      this.soon(gatherMs)
    }

    drop(address) {
      this.wanted.delete(address)
      if (this.wanted.size > 0) return
      clearTimeout(this.timer)
      this.timer = undefined
      this.current?.abort()
      this.current = undefined
    }

    soon(ms) {
      if (this.timer) return
      this.timer = setTimeout(() => {
        this.timer = undefined
        void this.open()
      }, ms)
    }

    async open() {
      const before = this.current
      const mine = new AbortController()
      this.current = mine
      const query = new URLSearchParams()
      for (const [address, rev] of [...this.wanted].slice(-most)) {
        query.append('c', address)
        query.append('r', rev)
      }
      if (query.size === 0) return before?.abort()
      try {
        const answer = await fetch(`/live?${query}`, {
          headers: { accept: 'text/event-stream' },
          cache: 'no-store',
          signal: mine.signal,
        })
        before?.abort()
        if (!answer.ok) return this.refused(answer.status)
        this.fails = 0
        this.tell(undefined, { open: true })
        await this.read(answer.body.getReader(), mine)
        // The server ends a stream now and then, to look at the session anew.
        if (this.current === mine) this.soon(gatherMs)
      } catch {
        before?.abort()
        if (this.current !== mine) return
        this.fails += 1
        this.tell(undefined, { lost: true })
        this.soon(Math.min(5_000, 250 * 2 ** this.fails))
      }
    }

    refused(status) {
      if (status === 401 || status === 403) return this.tell(undefined, { status })
      this.fails += 1
      this.tell(undefined, { lost: true })
      this.soon(Math.min(10_000, 500 * 2 ** this.fails))
    }

    async read(reader, mine) {
      const decoder = new TextDecoder()
      let text = ''
      for (;;) {
        const silence = setTimeout(() => mine.abort(), silentMs)
        const { done, value } = await reader.read().finally(() => clearTimeout(silence))
        if (done) return
        text += decoder.decode(value, { stream: true })
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const event = text.slice(0, end)
          text = text.slice(end + 2)
          if (event.startsWith('data: ')) this.take(JSON.parse(event.slice(6)))
        }
      }
    }

    take({ c: address, ...message }) {
      if (!this.wanted.has(address)) return
      if (message.rev) this.wanted.set(address, message.rev)
      this.tell(address, message)
    }
  }

  if (!shared) {
    self.PenstockStream = Stream
    return
  }

  const ports = new Map()
  const stream = new Stream((address, message) => {
    for (const [port, addresses] of ports) {
      if (address === undefined || addresses.has(address)) port.postMessage({ address, ...message })
    }
  })

  function dropUnlessWanted(address) {
    if (![...ports.values()].some((addresses) => addresses.has(address))) stream.drop(address)
  }

  self.onconnect = ({ ports: [port] }) => {
    const addresses = new Set()
    ports.set(port, addresses)
    port.onmessage = ({ data: { want, rev, drop, bye } }) => {
      if (want) {
        addresses.add(want)
        stream.want(want, rev)
      }
      for (const address of bye ? [...addresses] : drop ? [drop] : []) {
        addresses.delete(address)
        if (bye) ports.delete(port)
        dropUnlessWanted(address)
      }
      if (bye) ports.delete(port)
    }
    port.start()
  }
})()
