// The editor works by posting its form; this saves clicks.
;(() => {
  // Another type has other properties: the form is drawn again.
  document.addEventListener('change', (event) => {
    const select = event.target
    if (!select.matches?.('[data-redraw]')) return
    const form = select.closest('form')
    form.requestSubmit(form.querySelector('button[value=redraw]'))
  })

  // What was typed is not lost by leaving the page by mistake.
  let dirty = false
  document.addEventListener('input', (event) => {
    if (event.target.closest?.('[data-editor]')) dirty = true
  })
  document.addEventListener('submit', () => {
    dirty = false
  })
  document.addEventListener('htmx:after:swap', () => {
    dirty = Boolean(document.querySelector('[data-editor]'))
    document.querySelector('#editor .notice.bad')?.scrollIntoView({ block: 'nearest' })
  })
  window.addEventListener('beforeunload', (event) => {
    if (dirty) event.preventDefault()
  })

  // In the JSON text Tab indents; after Escape it moves on, so that the keyboard is not caught.
  let leaving = false
  document.addEventListener('keydown', (event) => {
    const text = event.target
    if (!text.matches?.('[data-json]')) return
    if (event.key === 'Escape') {
      leaving = true
      return
    }
    if (event.key === 'Tab' && !leaving && !event.shiftKey) {
      event.preventDefault()
      text.setRangeText('  ', text.selectionStart, text.selectionEnd, 'end')
      dirty = true
    }
    leaving = false
  })
})()
