// Makes a textarea with JSON an editor: line numbers, colours, the place of a mistake. The textarea stays what is typed
// in: undo, spell checkers, screen readers and everything else of the browser's work as in any other. Only the lines in
// view are drawn, behind the text, so that a pipeline of a thousand actions is typed in as fast as a small one.

const token = /("(?:[^"\\]|\\.)*"?)(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g

/** Sets up the editor around `box`'s textarea. `box.dataset.marks` has problems that the server found, by line. */
export function enhance(box) {
  if (box.dataset.on) return
  box.dataset.on = 'yes'
  const text = box.querySelector('textarea')
  const state = document.querySelector('[data-code-state]')
  const back = element('pre', 'code-back')
  const gutter = element('div', 'code-gutter')
  const marks = new Map(JSON.parse(box.dataset.marks || '[]').map(({ line, message }) => [line, message]))
  for (const each of [back, gutter]) each.setAttribute('aria-hidden', 'true')
  box.prepend(back, gutter)
  box.classList.add('on')

  let lines = []
  let mistake
  let drawing = false
  let checking

  const lineHeight = () => Number.parseFloat(getComputedStyle(text).lineHeight)

  function draw() {
    drawing = false
    const height = lineHeight()
    const top = Math.max(0, Math.floor(text.scrollTop / height) - 1)
    const shown = lines.slice(top, top + Math.ceil(text.clientHeight / height) + 3)
    const offset = top * height - text.scrollTop
    back.replaceChildren(...shown.map(codeLine))
    gutter.replaceChildren(...shown.map((_, index) => numberOf(top + index + 1)))
    back.style.transform = `translate(${-text.scrollLeft}px, ${offset}px)`
    gutter.style.transform = `translateY(${offset}px)`
  }

  function soon() {
    if (drawing) return
    drawing = true
    requestAnimationFrame(draw)
  }

  function numberOf(line) {
    const number = element('div', line === mistake?.line ? 'wrong' : marks.has(line) ? 'marked' : '')
    number.textContent = String(line)
    return number
  }

  function read() {
    lines = text.value.split('\n')
    box.style.setProperty('--digits', String(Math.max(3, String(lines.length).length)))
    soon()
    clearTimeout(checking)
    checking = setTimeout(check, 250)
  }

  function check() {
    mistake = findMistake(text.value)
    const marked = marks.get(lineAt(text.value, text.selectionStart))
    say(mistake ? `Line ${mistake.line}, column ${mistake.column}: ${mistake.message}` : (marked ?? ''))
    soon()
  }

  function say(words) {
    if (state.firstChild?.textContent === words) return
    state.replaceChildren(words)
    state.classList.toggle('problem', words !== '')
    if (!mistake) return
    const button = element('button', 'button quiet')
    button.type = 'button'
    button.textContent = 'Go there'
    button.addEventListener('click', () => goTo(mistake.line, mistake.column))
    state.append(' ', button)
  }

  text.addEventListener('input', () => {
    // What the server found was in another text.
    marks.clear()
    read()
  })
  text.addEventListener('scroll', soon, { passive: true })
  text.addEventListener('keydown', indent)
  text.addEventListener('keyup', () => marks.size > 0 && check())
  text.addEventListener('pointerup', () => marks.size > 0 && check())
  new ResizeObserver(soon).observe(text)
  document.querySelector('#problems')?.addEventListener('click', (event) => {
    const link = event.target.closest('[data-line]')
    if (!link) return
    event.preventDefault()
    goTo(Number(link.dataset.line))
  })

  function goTo(line, column) {
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
    text.focus()
    if (column) text.setSelectionRange(start + column - 1, start + column - 1)
    else text.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0))
    text.scrollTop = Math.max(0, (line - 6) * lineHeight())
    check()
  }

  read()
  const first = [...marks.keys()].sort((a, b) => a - b)[0]
  if (first) text.scrollTop = Math.max(0, (first - 6) * lineHeight())
}

function element(name, className) {
  const made = document.createElement(name)
  made.className = className
  return made
}

/** A line in its colours. A string in JSON never goes over a line's end, so each line can be read by itself. */
function codeLine(line) {
  const row = document.createElement('div')
  let at = 0
  for (const match of line.slice(0, 2000).matchAll(token)) {
    row.append(line.slice(at, match.index))
    const [all, string, colon] = match
    const kind = colon ? 'key' : string ? 'string' : /^[-\d]/.test(all) ? 'number' : 'word'
    const piece = element('span', `code-${kind}`)
    piece.textContent = string ?? all
    row.append(piece, colon ?? '')
    at = match.index + all.length
  }
  row.append(line.slice(at) || '\u200b')
  return row
}

// Tab indents; after Escape it moves on, so that the keyboard is not caught. insertText keeps the browser's undo.
let leaving = false
function indent(event) {
  const text = event.target
  if (event.key === 'Escape') {
    leaving = true
    return
  }
  if (event.key === 'Tab' && !leaving && !event.shiftKey) {
    event.preventDefault()
    document.execCommand('insertText', false, '  ')
  }
  if (event.key === 'Enter' && !event.isComposing && !event.ctrlKey && !event.metaKey) {
    const before = text.value.slice(0, text.selectionStart)
    const line = before.slice(before.lastIndexOf('\n') + 1)
    const deeper = /[{[]\s*$/.test(line) ? '  ' : ''
    event.preventDefault()
    document.execCommand('insertText', false, `\n${/^ */.exec(line)[0]}${deeper}`)
  }
  leaving = false
}

function lineAt(text, offset) {
  return text.slice(0, offset).split('\n').length
}

/** Where a text stops being JSON; as editor/json/scan.ts on the server. */
function findMistake(text) {
  if (text.trim() === '') return { line: 1, column: 1, message: 'there is nothing yet' }
  try {
    JSON.parse(text)
    return undefined
  } catch {
    const at = scan(text)
    const before = text.slice(0, at).split('\n')
    const message =
      at >= text.length ? 'the text ends too early' : `“${text.slice(at, at + 12).split('\n')[0]}” cannot stand here`
    return { line: before.length, column: before.at(-1).length + 1, message }
  }
}

const string = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`
const scalar = new RegExp(String.raw`${string}|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null`, 'y')
const key = new RegExp(string, 'y')
const space = /[ \t\r\n]*/y

function scan(text) {
  let at = 0
  const take = (pattern) => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at += found[0].length
    return Boolean(found)
  }
  const step = (character) => text[at] === character && Boolean(++at)
  const value = () => {
    take(space)
    const good = text[at] === '{' ? list('}', true) : text[at] === '[' ? list(']', false) : take(scalar)
    return good && take(space)
  }
  const list = (close, keyed) => {
    at += 1
    take(space)
    if (step(close)) return true
    do {
      take(space)
      if (keyed && !(take(key) && take(space) && step(':'))) return false
      if (!value()) return false
    } while (step(','))
    return step(close)
  }
  value()
  return at
}
