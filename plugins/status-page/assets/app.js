// Small helps for every page. Nothing here is needed for reading, nor for any form: without scripts the pages still work.
;(() => {
  const units = [
    [86400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ]
  const page = document.body
  // The server's clock counts, not the reader's: the difference is found once.
  const skew = Number(page.dataset.now) - Date.now()

  /** As view/time.tsx. */
  function relative(at, now) {
    const seconds = Math.round((now - at) / 1000)
    const size = Math.abs(seconds)
    if (size < 5) return 'just now'
    const [length, unit] = units.find(([unitLength]) => size >= unitLength) ?? [1, 's']
    const text = `${Math.floor(size / length)} ${unit}`
    return seconds < 0 ? `in ${text}` : `${text} ago`
  }

  function tick() {
    const now = Date.now() + skew
    for (const time of document.querySelectorAll('[data-ago]')) {
      const text = relative(Number(time.dataset.ago), now)
      if (time.textContent !== text) time.textContent = text
    }
  }

  function localTimes() {
    for (const time of document.querySelectorAll('[data-moment]')) {
      time.textContent = new Date(Number(time.dataset.moment)).toLocaleString(undefined, {
        dateStyle: 'medium',
        timeStyle: 'medium',
      })
    }
  }

  tick()
  localTimes()
  setInterval(tick, 5000)
  document.addEventListener('htmx:after:swap', () => {
    tick()
    localTimes()
  })

  // A disclosure with a form: the first field gets the focus; Escape and a click elsewhere close it.
  document.addEventListener(
    'toggle',
    (event) => {
      const pop = event.target
      if (!(pop instanceof HTMLElement) || !pop.matches('[data-pop]') || !pop.open) return
      for (const other of document.querySelectorAll('[data-pop][open]')) if (other !== pop) other.open = false
      const body = pop.querySelector('.pop-body')
      body?.classList.toggle('left', body.getBoundingClientRect().right > window.innerWidth - 8)
      // What is folded away inside cannot take the focus.
      const fields = pop.querySelectorAll(
        '.pop-body input:not([type=hidden]), .pop-body textarea, .pop-body select, .pop-body button',
      )
      for (const field of fields) if (field.checkVisibility()) return field.focus()
    },
    true,
  )
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    for (const pop of document.querySelectorAll('[data-pop][open]')) {
      pop.open = false
      pop.querySelector('summary')?.focus()
    }
  })
  document.addEventListener('click', (event) => {
    for (const pop of document.querySelectorAll('[data-pop][open]')) if (!pop.contains(event.target)) pop.open = false
  })

  window.addEventListener('pageshow', (event) => {
    if (event.persisted) location.reload()
  })

  // The colours change without a new page.
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!form.matches('[data-theme-switch]')) return
    event.preventDefault()
    const button = form.querySelector('button')
    fetch('/theme', { method: 'POST', body: new URLSearchParams(new FormData(form, button)) })
      .then((answer) => (answer.ok ? location.replace(location.href) : form.submit()))
      .catch(() => form.submit())
  })
})()
