// Forms lose nothing: they are sent without leaving the page, and what was typed outlives news, restarts and new pages.
;(() => {
  const kept = document.querySelector('[data-kept]')
  const storage = `penstock forms ${location.pathname}`
  const texts = 'textarea, input:not([type]), input[type=text], input[type=search]'

  function fieldsOf(form) {
    return [...form.elements].filter((field) => field.name && field.matches?.(texts) && field.type !== 'hidden')
  }

  /** What somebody has typed into forms of this page and not sent yet. */
  function written() {
    return [...document.querySelectorAll('form[data-once]')].flatMap((form) => {
      const fields = fieldsOf(form).filter((field) => field.value !== field.defaultValue)
      if (fields.length === 0) return []
      const values = fields.map(({ name, value, labels }) => ({
        name,
        value,
        label: labels?.[0]?.firstChild?.textContent,
      }))
      return [{ action: form.getAttribute('action'), values, about: form.dataset.about }]
    })
  }

  /** The same form: at the same address, about the same thing. The next approval of a name is another one. */
  function formOf(action, about) {
    return [...document.querySelectorAll('form[data-once]')].find(
      (form) => form.getAttribute('action') === action && form.dataset.about === about,
    )
  }

  /** Fills what is there again; of a form that is gone the text is shown, with what became of it. */
  function rescue(writings) {
    for (const { action, values, about } of writings) {
      const form = formOf(action, about)
      if (form) fill(form, values)
      else show(about, values)
    }
  }

  function fill(form, values) {
    for (const { name, value } of values) {
      const field = form.elements.namedItem(name)
      if (field && 'value' in field && field.value !== value) field.value = value
    }
    const pop = form.closest('details')
    if (pop && values.length > 0) pop.open = true
  }

  function show(about, values) {
    if (!kept || values.length === 0) return
    const news = about && document.querySelector(`[data-news="${CSS.escape(about)}"]`)?.textContent.trim()
    const box = document.createElement('section')
    box.className = 'notice kept'
    const head = document.createElement('p')
    head.textContent = `${news || 'Meanwhile somebody else acted'}. What you were writing is kept here:`
    box.append(head)
    for (const { value, label } of values) {
      const text = document.createElement('textarea')
      text.readOnly = true
      text.value = value
      text.setAttribute('aria-label', label || 'Your text')
      box.append(text)
    }
    const close = document.createElement('button')
    close.type = 'button'
    close.className = 'button small'
    close.textContent = 'Throw it away'
    close.addEventListener('click', () => box.remove())
    box.append(close)
    kept.append(box)
  }

  function keepForms() {
    const writings = written()
    if (writings.length > 0) sessionStorage.setItem(storage, JSON.stringify(writings))
  }

  const before = sessionStorage.getItem(storage)
  if (before) {
    sessionStorage.removeItem(storage)
    rescue(JSON.parse(before))
  }

  /** One sentence that goes by itself; what went wrong stays until it is closed. */
  function toast({ kind, text }) {
    const box = document.createElement('div')
    box.className = `toast notice ${kind}`
    box.setAttribute('role', kind === 'bad' ? 'alert' : 'status')
    const line = document.createElement('p')
    line.textContent = text
    const close = document.createElement('button')
    close.type = 'button'
    close.className = 'icon-button'
    close.setAttribute('aria-label', 'Close')
    close.textContent = '×'
    close.addEventListener('click', () => box.remove())
    box.append(line, close)
    document.querySelector('[data-toasts]')?.append(box)
    if (kind !== 'bad') setTimeout(() => box.remove(), 8_000)
  }

  function problem(form, text) {
    let box = form.querySelector('[data-form-problem]')
    if (!box) {
      box = document.createElement('p')
      box.className = 'problem'
      box.dataset.formProblem = ''
      box.setAttribute('role', 'alert')
      form.append(box)
    }
    box.textContent = text
  }

  function settle(form) {
    delete form.dataset.sent
    for (const button of form.querySelectorAll('button')) button.disabled = false
  }

  async function send(form, submitter) {
    const body = new URLSearchParams(new FormData(form, submitter))
    const answer = await fetch(form.getAttribute('action'), {
      method: 'POST',
      body,
      headers: { 'x-penstock-form': location.pathname + location.search, accept: 'text/html, application/json' },
    })
    const type = answer.headers.get('content-type') ?? ''
    if (!type.includes('json')) return draw(await answer.text())
    const { to, notice, problem: wrong } = await answer.json()
    if (wrong) {
      settle(form)
      if (answer.status === 401) keepForms()
      return problem(form, wrong)
    }
    if (notice?.kind === 'bad' || (to === location.pathname + location.search && notice)) {
      settle(form)
      if (notice.kind === 'bad') return problem(form, notice.text)
      form.reset()
      form.querySelector('[data-form-problem]')?.remove()
      for (const pop of [form.closest('[data-pop]')]) if (pop) pop.open = false
      toast(notice)
      if (!document.querySelector('[data-live-source]')) await redraw()
      return
    }
    sessionStorage.removeItem(storage)
    if (to === location.pathname + location.search) location.reload()
    else location.assign(to)
  }

  /** A page without news of its own is fetched again, and put in place of the old one. */
  async function redraw() {
    const answer = await fetch(location.href, { headers: { accept: 'text/html', 'x-requested-with': 'penstock' } })
    if (answer.ok) draw(await answer.text())
    else location.reload()
  }

  function draw(html) {
    const fresh = new DOMParser().parseFromString(html, 'text/html').querySelector('main')
    const main = document.querySelector('main')
    if (!fresh) return location.reload()
    main.replaceChildren(...fresh.childNodes)
    main.focus()
    document.dispatchEvent(new CustomEvent('htmx:after:swap'))
  }

  document.addEventListener('submit', (event) => {
    const form = event.target
    if (!form.matches('[data-once]') || event.defaultPrevented || form.matches('[hx-post]')) return
    event.preventDefault()
    if (form.dataset.sent) return
    form.dataset.sent = 'yes'
    const { submitter } = event
    const sending = send(form, submitter)
    for (const button of form.querySelectorAll('button')) button.disabled = true
    sending.catch(() => {
      settle(form)
      problem(form, 'The server cannot be reached, so nothing was sent. What you typed is still here: try again.')
    })
  })

  window.penstock = { ...window.penstock, written, rescue, keepForms, toast }
})()
