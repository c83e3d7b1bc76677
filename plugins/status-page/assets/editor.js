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
  window.addEventListener('beforeunload', (event) => {
    if (dirty) event.preventDefault()
  })

  /** After the form was drawn again the reader goes on where something is new. */
  function land() {
    const editor = document.querySelector('#editor')
    const problems = editor?.querySelector('#problems')
    const changes = editor?.querySelector('#changes')
    const field = editor?.querySelector('[autofocus]')
    const target = problems ?? changes ?? field
    if (!target) return
    target.focus({ preventScroll: true })
    target.scrollIntoView({ block: target === field ? 'center' : 'nearest' })
  }

  function code() {
    const box = document.querySelector('[data-code]')
    // Without it the text is edited as in any other field.
    if (box) import(box.dataset.code).then(({ enhance }) => enhance(box)).catch(() => undefined)
  }

  document.addEventListener('htmx:after:swap', () => {
    dirty = Boolean(document.querySelector('[data-editor]'))
    land()
    code()
  })
  code()
})()
