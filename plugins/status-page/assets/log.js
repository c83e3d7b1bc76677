// The log: chunks of lines are fetched as they come into view, and let go when they are far away.
;(() => {
  const page = document.querySelector('[data-log]')
  if (!page) return
  const base = page.dataset.log
  const size = 500
  const region = page.querySelector('[data-text]')
  const state = page.querySelector('[data-log-state]')
  const wrap = page.querySelector('[data-wrap]')
  const follow = page.querySelector('[data-follow]')
  let total = Number(page.dataset.total)
  let complete = page.dataset.complete === 'true'
  let find = page.dataset.find ?? ''
  let following = false

  if (!region) {
    // Nothing has been written yet: the page comes again with the first line.
    if (!complete) watch(() => total > 0 && location.reload())
    return
  }

  for (const plain of page.querySelectorAll('[data-plain]')) plain.hidden = true
  for (const button of [wrap, follow]) button.hidden = false
  if (complete) follow.hidden = true

  /** Chunk k holds the lines from k * size + 1 on. */
  const chunks = []
  const first = region.querySelector('.chunk')
  const lineHeight = (first.getBoundingClientRect().height || 20) / Math.max(1, first.children.length)
  const seen = new IntersectionObserver(look, { root: region, rootMargin: '1500px 0px' })

  function guess(k) {
    return Math.max(1, Math.min(size, total - k * size)) * lineHeight
  }

  function build() {
    const shown = (Number(first.dataset.first) - 1) / size
    const count = Math.ceil(total / size)
    for (let k = 0; k < count; k++) {
      if (k === shown) add(first, k, true)
      else add(document.createElement('div'), k, false)
    }
    const target = /^#L(\d+)$/.exec(location.hash)?.[1]
    if (target) void jump(Number(target))
    else if (!complete || !location.search.includes('line=')) region.scrollTop = region.scrollHeight
    if (!complete && !target && !location.search.includes('line=')) setFollowing(true)
  }

  function add(element, k, loaded) {
    element.className = 'chunk'
    const chunk = { element, k, loaded, near: false, fetching: undefined, lines: loaded ? element.children.length : 0 }
    chunks[k] = chunk
    element.chunk = chunk
    if (!loaded) element.style.height = `${guess(k)}px`
    if (!element.isConnected || k !== 0) region.append(element)
    seen.observe(element)
    return chunk
  }

  function look(entries) {
    for (const { target, isIntersecting } of entries) {
      const { chunk } = target
      chunk.near = isIntersecting
      if (isIntersecting && !chunk.loaded) void load(chunk)
      if (!isIntersecting && chunk.loaded) unload(chunk)
    }
  }

  function unload(chunk) {
    const selection = document.getSelection()
    if (selection?.rangeCount && !selection.isCollapsed && selection.containsNode(chunk.element, true)) return
    chunk.element.style.height = `${chunk.element.getBoundingClientRect().height}px`
    chunk.element.replaceChildren()
    chunk.loaded = false
  }

  async function fetchLines(from) {
    const query = new URLSearchParams({ from: String(from), ...(find && { q: find }) })
    const answer = await fetch(`${base}/lines?${query}`, { headers: { 'x-requested-with': 'penstock' } })
    if (answer.status === 401) location.reload()
    if (!answer.ok) throw new Error(await answer.text())
    const holder = document.createElement('template')
    holder.innerHTML = await answer.text()
    return holder.content
  }

  function load(chunk) {
    chunk.fetching ??= fetchLines(chunk.k * size + 1)
      .then((content) => {
        chunk.element.replaceChildren(content)
        chunk.element.style.height = ''
        chunk.loaded = true
        chunk.lines = chunk.element.children.length
        markTarget()
      })
      .catch(() => {
        chunk.element.textContent = 'These lines could not be fetched.'
      })
      .finally(() => {
        chunk.fetching = undefined
      })
    return chunk.fetching
  }

  /** The last chunk grows at its end; the last line known may have grown as well. */
  async function grow() {
    const k = Math.max(0, Math.ceil(total / size) - 1)
    const tail = chunks.at(-1)
    if (tail?.loaded && !tail.fetching && tail.lines < size && tail.lines > 0) {
      const content = await fetchLines(tail.k * size + tail.lines)
      const room = size - tail.lines + 1
      tail.element.lastElementChild?.remove()
      tail.element.append(...[...content.children].slice(0, room))
      tail.lines = tail.element.children.length
    } else if (tail && !tail.loaded) tail.element.style.height = `${guess(tail.k)}px`
    for (let next = chunks.length; next <= k; next++) add(document.createElement('div'), next, false)
    if (following) toEnd()
  }

  function toEnd() {
    region.scrollTop = region.scrollHeight
  }

  async function jump(number) {
    const chunk = chunks[Math.floor((number - 1) / size)]
    if (!chunk) return
    setFollowing(false)
    if (!chunk.loaded) {
      chunk.element.scrollIntoView({ block: 'start' })
      await load(chunk)
    }
    markTarget()
    document.getElementById(`L${number}`)?.scrollIntoView({ block: 'center' })
  }

  function markTarget() {
    const id = location.hash.slice(1)
    for (const line of region.querySelectorAll('.line.target')) if (line.id !== id) line.classList.remove('target')
    if (/^L\d+$/.test(id)) document.getElementById(id)?.classList.add('target')
  }

  function setFollowing(on) {
    following = on
    follow.setAttribute('aria-pressed', String(on))
    if (on) toEnd()
  }

  function watch(onNews) {
    const events = new EventSource(`${base}/events`)
    events.onmessage = (event) => {
      const news = JSON.parse(event.data)
      total = news.lines
      complete = news.complete
      if (state) state.textContent = `${total.toLocaleString('en')} lines${complete ? '' : ', still growing'}`
      onNews()
      if (complete) {
        events.close()
        if (follow) follow.hidden = true
      }
    }
  }

  // One growth after the other, and none is forgotten.
  let growing = Promise.resolve()
  let waiting = false
  const later = () => {
    if (waiting) return
    waiting = true
    growing = growing.then(() => {
      waiting = false
      return grow().catch(() => undefined)
    })
  }

  region.addEventListener('click', (event) => {
    const link = event.target.closest('.ln')
    if (!link) return
    event.preventDefault()
    history.replaceState(null, '', link.hash)
    markTarget()
  })
  window.addEventListener('hashchange', () => {
    const number = /^#L(\d+)$/.exec(location.hash)?.[1]
    if (number) void jump(Number(number))
  })

  let touched = 0
  for (const name of ['wheel', 'touchmove', 'keydown', 'pointerdown']) {
    region.addEventListener(name, () => (touched = Date.now()), { passive: true })
  }
  region.addEventListener('scroll', () => {
    const atEnd = region.scrollHeight - region.scrollTop - region.clientHeight < 40
    if (following && !atEnd && Date.now() - touched < 800) setFollowing(false)
  })
  follow.addEventListener('click', () => setFollowing(!following))
  wrap.addEventListener('click', () => {
    const on = region.classList.toggle('wrapped')
    wrap.setAttribute('aria-pressed', String(on))
    for (const chunk of chunks) if (!chunk.loaded) chunk.element.style.height = `${guess(chunk.k)}px`
  })

  // The search stays on the page: what is found is listed, and the lines shown are marked.
  const panel = page.querySelector('[data-hits]')
  page.querySelector('form.search').addEventListener('submit', (event) => {
    event.preventDefault()
    const text = new FormData(event.target).get('q').trim()
    void search(text)
  })
  async function search(text) {
    find = text
    history.replaceState(null, '', `${base}${text ? `?q=${encodeURIComponent(text)}` : ''}${location.hash}`)
    panel.hidden = text === ''
    if (text) {
      const answer = await fetch(`${base}/search?${new URLSearchParams({ q: text })}`, {
        headers: { 'x-requested-with': 'penstock' },
      })
      panel.innerHTML = answer.ok ? await answer.text() : ''
      if (!answer.ok) panel.textContent = await answer.text()
    }
    for (const chunk of chunks) if (chunk.loaded) await load(chunk)
  }
  panel.addEventListener('click', (event) => {
    const link = event.target.closest('[data-line]')
    if (!link) return
    event.preventDefault()
    history.replaceState(null, '', `${location.pathname}${location.search}${link.hash}`)
    void jump(Number(link.dataset.line))
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.target.closest('input, textarea')) return
    event.preventDefault()
    page.querySelector('#log-search').focus()
  })

  build()
  if (!complete) watch(later)
})()
