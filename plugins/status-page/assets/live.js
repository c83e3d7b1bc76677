// Keeps a page current: what changed comes through one stream for all tabs, and what was typed stays.
;(() => {
  const state = document.querySelector('[data-live]')
  const csrf = document.querySelector('meta[name=csrf]')?.content ?? ''
  const worker = document.querySelector('meta[name=live-worker]')?.content
  /** address -> who wants to know. */
  const listeners = new Map()
  const revs = new Map()
  /** What came while nobody looked: the pieces are put in once somebody does. */
  let kept = []
  let stale = false

  function say(text, lost) {
    if (!state || state.textContent === text) return
    state.textContent = text
    state.classList.toggle('lost', Boolean(lost))
    state.classList.toggle('on', !lost)
  }

  function take({ address, open, lost, status, reload, rev, ...message }) {
    if (open) return say('Live')
    if (lost) return say('Connection lost, trying again', true)
    if (status || reload) return anew()
    if (rev) revs.set(address, rev)
    if (message.html && document.hidden) {
      kept.push([address, message])
      return news(message.html)
    }
    listeners.get(address)?.(message)
  }

  /** The page is drawn anew, once somebody looks at it; what was typed is kept over it. */
  function anew() {
    if (document.hidden) {
      stale = true
      return
    }
    window.penstock.keepForms?.()
    location.reload()
  }

  /** The tab's title and icon say how it stands, whichever tab is looked at. */
  function news(html) {
    const found = /data-tab-state="([^"]*)" data-tab-title="([^"]*)"/.exec(html)
    if (found) tab(found[1], decode(found[2]))
  }
  function decode(text) {
    const area = document.createElement('textarea')
    area.innerHTML = text
    return area.value
  }
  function tab(stateName, title) {
    if (title) document.title = title
    const icon = document.querySelector('link[rel=icon]')
    const href = icon?.href.replace(/icon[a-z-]*\.svg/, stateName ? `icon-${stateName}.svg` : 'icon.svg')
    if (icon && href && icon.href !== href) icon.href = href
  }

  async function put({ html }) {
    const source = document.querySelector('[data-live-source]')
    if (!source || !html) return
    const text = html.replaceAll('penstock-form-token', csrf)
    const writing = window.penstock.written?.() ?? []
    const needs = new Map(
      [...document.querySelectorAll('[data-needs]')].map(({ parentElement, dataset }) => [
        parentElement.id,
        dataset.needs,
      ]),
    )
    await window.htmx.swap({ sourceElement: source, target: source, text, swap: 'none' })
    window.penstock.rescue?.(writing)
    // What is folded stays as its reader left it, until it needs somebody for another reason.
    for (const fold of document.querySelectorAll('[data-needs]')) {
      if (needs.get(fold.parentElement.id) !== fold.dataset.needs) fold.open = true
    }
    const head = document.querySelector('[data-tab-state]')
    if (head) tab(head.dataset.tabState, head.dataset.tabTitle)
  }

  const port = open()

  function open() {
    if (!worker || !document.querySelector('[data-live-source], [data-log]')) return undefined
    if (typeof SharedWorker !== 'undefined') {
      try {
        const { port: shared } = new SharedWorker(worker, { name: 'penstock' })
        shared.onmessage = ({ data }) => take(data)
        window.addEventListener('pagehide', () => shared.postMessage({ bye: true }))
        return shared
      } catch {
        // A page of a browser that forbids it goes on alone.
      }
    }
    return alone()
  }

  /** Without a shared worker: only while this tab is looked at, so that hidden ones hold no connection. */
  function alone() {
    const wanted = new Set()
    let stream
    const start = () => {
      if (document.hidden || stream || !window.PenstockStream) return
      stream = new window.PenstockStream((address, message) => take({ address, ...message }))
      for (const address of wanted) stream.want(address, revs.get(address))
    }
    const stop = () => {
      for (const address of wanted) stream?.drop(address)
      stream = undefined
    }
    const script = document.createElement('script')
    script.src = worker
    script.addEventListener('load', start)
    document.head.append(script)
    document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()))
    window.addEventListener('pagehide', stop)
    return {
      postMessage({ want, drop }) {
        if (want) {
          wanted.add(want)
          stream?.want(want, '')
        }
        if (drop) {
          wanted.delete(drop)
          stream?.drop(drop)
        }
      },
    }
  }

  // Whoever's session has ended meanwhile is led to the sign-in.
  document.addEventListener('htmx:before:response', (event) => {
    if (event.detail?.ctx?.response?.status === 401) location.reload()
  })

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return
    if (stale) return anew()
    const waiting = kept
    kept = []
    for (const [address, message] of waiting) listeners.get(address)?.(message)
  })

  window.penstock = {
    ...window.penstock,
    /** Calls back with what comes from an address; the answer ends it. */
    listen(address, listener) {
      listeners.set(address, listener)
      port?.postMessage({ want: address })
      return () => {
        listeners.delete(address)
        port?.postMessage({ drop: address })
      }
    },
  }
  for (const { dataset } of document.querySelectorAll('[data-live-source]')) {
    window.penstock.listen(dataset.liveSource, put)
  }
})()
