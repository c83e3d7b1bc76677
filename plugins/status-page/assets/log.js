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

  /**
   * Chunk k holds the lines from k * size + 1 on. Browsers lay nothing out beyond some sixteen million pixels, so that of
   * a longer log a window of chunks is in the page, and buttons at its ends lead on.
   */
  const most = 700
  let from = 0
  let chunks = []
  const firstChunk = region.querySelector('.chunk')
  const lineHeight = (firstChunk.getBoundingClientRect().height || 20) / Math.max(1, firstChunk.children.length)
  const seen = new IntersectionObserver(look, { root: region, rootMargin: '1500px 0px' })
  const earlier = wayOn('Earlier lines', () => leaf(from - 1, 'end'))
  const later = wayOn('Later lines', () => leaf(from + chunks.length, 'start'))

  const count = () => Math.ceil(total / size)
  const isTail = (chunk) => chunk.k === count() - 1

  function guess(k) {
    return Math.max(1, Math.min(size, total - k * size)) * lineHeight
  }

  function wayOn(text, go) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'button quiet way-on'
    button.textContent = text
    button.addEventListener('click', go)
    return button
  }

  function build() {
    const shown = (Number(firstChunk.dataset.first) - 1) / size
    open(shown, firstChunk)
    const target = /^#L(\d+)$/.exec(location.hash)?.[1]
    const asked = location.search.includes('line=')
    if (target) void jump(Number(target))
    else if (!complete || !asked) toEnd()
    if (!complete && !target && !asked) setFollowing(true)
  }

  /** Draws the window around chunk k, of which `ready` is there already. */
  function open(k, ready) {
    for (const chunk of chunks) drop(chunk)
    from = Math.max(0, Math.min(k - most / 2, count() - most))
    chunks = []
    region.replaceChildren(earlier, later)
    for (let at = from; at < Math.min(count(), from + most); at++) {
      add(at === k && ready ? ready : document.createElement('div'), at, at === k && Boolean(ready))
    }
    ends()
  }

  function ends() {
    earlier.hidden = from === 0
    later.hidden = from + chunks.length >= count()
  }

  async function leaf(k, block) {
    setFollowing(false)
    open(k)
    const chunk = chunks[k - from]
    await load(chunk)
    chunk.element.scrollIntoView({ block })
  }

  function add(element, k, loaded) {
    element.className = 'chunk'
    const chunk = { element, k, loaded, near: loaded, lines: loaded ? linesIn(element) : 0 }
    chunks.push(chunk)
    element.chunk = chunk
    if (!loaded) element.style.height = `${guess(k)}px`
    later.before(element)
    seen.observe(element)
  }

  function drop(chunk) {
    seen.unobserve(chunk.element)
    chunk.abort?.abort()
  }

  function linesIn(element) {
    return element.querySelectorAll('.line').length
  }

  function look(entries) {
    for (const { target, isIntersecting } of entries) {
      const { chunk } = target
      chunk.near = isIntersecting
      if (isIntersecting && !chunk.loaded) void load(chunk)
      if (!isIntersecting && chunk.loaded) unload(chunk)
      // What was only passed by is not waited for.
      if (!isIntersecting && !chunk.wanted) chunk.abort?.abort()
    }
  }

  function unload(chunk) {
    const selection = document.getSelection()
    if (selection?.rangeCount && !selection.isCollapsed && selection.containsNode(chunk.element, true)) return
    chunk.element.style.height = `${chunk.element.getBoundingClientRect().height}px`
    chunk.element.replaceChildren()
    chunk.loaded = false
  }

  async function fetchLines(first, signal) {
    const query = new URLSearchParams({ from: String(first), ...(find && { q: find }) })
    const answer = await fetch(`${base}/lines?${query}`, { headers: { 'x-requested-with': 'penstock' }, signal })
    if (answer.status === 401) location.reload()
    if (!answer.ok) throw new Error(await answer.text())
    const holder = document.createElement('template')
    holder.innerHTML = await answer.text()
    return { content: holder.content, rewrites: answer.headers.get('x-log-rewrites') === 'true' }
  }

  function load(chunk) {
    if (chunk.fetching) return chunk.fetching
    chunk.abort = new AbortController()
    chunk.fetching = fetchLines(chunk.k * size + 1, chunk.abort.signal)
      .then(({ content }) => {
        chunk.element.replaceChildren(content)
        chunk.element.style.height = ''
        chunk.loaded = true
        chunk.lines = linesIn(chunk.element)
        markTarget()
      })
      .catch((error) => {
        if (error.name !== 'AbortError') chunk.element.textContent = 'These lines could not be fetched.'
      })
      .finally(() => {
        chunk.fetching = undefined
        // It came back into view while it was being given up.
        if (chunk.near && !chunk.loaded && chunk.abort.signal.aborted && chunk.element.isConnected) void load(chunk)
      })
    return chunk.fetching
  }

  /** The last chunk grows at its end; the last line known may have grown as well. */
  async function grow() {
    const tail = chunks.at(-1)
    if (tail?.loaded && !tail.fetching && tail.lines < size && tail.lines > 0) await growTail(tail)
    else if (tail && !tail.loaded) tail.element.style.height = `${guess(tail.k)}px`
    while (chunks.length < most && from + chunks.length < count()) {
      add(document.createElement('div'), from + chunks.length, false)
    }
    ends()
    if (following) toEnd()
  }

  async function growTail(tail) {
    const { content, rewrites } = await fetchLines(tail.k * size + tail.lines)
    // What is written over stands further up: the chunk is drawn anew.
    if (rewrites || tail.element.querySelector('.fold')) return load(tail)
    const room = size - tail.lines + 1
    tail.element.lastElementChild?.remove()
    tail.element.append(...[...content.children].slice(0, room))
    tail.lines = linesIn(tail.element)
  }

  function toEnd() {
    if (!chunks.some(isTail)) open(count() - 1)
    region.scrollTop = region.scrollHeight
  }

  async function jump(number) {
    const k = Math.floor((number - 1) / size)
    if (k < 0 || k >= count()) return
    setFollowing(false)
    if (k < from || k >= from + chunks.length) open(k)
    const chunk = chunks[k - from]
    chunk.wanted = true
    if (!chunk.loaded) {
      chunk.element.scrollIntoView({ block: 'start' })
      await load(chunk)
    }
    chunk.wanted = false
    markTarget()
    const line = document.getElementById(`L${number}`)
    const fold = line?.closest('details')
    if (fold) fold.open = true
    line?.scrollIntoView({ block: 'center' })
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

  /** Through the one stream that all tabs share. */
  function watch(onNews) {
    if (complete) return
    const end = window.penstock?.listen(`${base}/events`, ({ data: news }) => {
      if (!news) return
      total = news.lines
      complete = news.complete
      if (state) state.textContent = `${total.toLocaleString('en')} lines${complete ? '' : ', still growing'}`
      onNews()
      if (!complete) return
      end?.()
      if (follow) follow.hidden = true
    })
  }

  // One growth after the other, and none is forgotten.
  let growing = Promise.resolve()
  let waiting = false
  const soon = () => {
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
  if (!complete) watch(soon)
})()
