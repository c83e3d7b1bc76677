/** How a piece of text is to look. Colours are the sixteen of a terminal, which the style sheet makes legible. */
export interface AnsiStyle {
  readonly fg?: number
  readonly bg?: number
  readonly bold?: boolean
  readonly dim?: boolean
  readonly italic?: boolean
  readonly underline?: boolean
  readonly strike?: boolean
  readonly inverse?: boolean
}

export interface AnsiRun {
  readonly text: string
  readonly style: AnsiStyle
}

/** A terminal's state after a reset. */
export const plain: AnsiStyle = {}

// Written with names: the characters themselves are invisible in an editor.
const [nul, bs, vt, us, del, bel, esc] = ['\\u0000', '\\u0008', '\\u000b', '\\u001f', '\\u007f', '\\u0007', '\\u001b']
const csi = String.raw`\[([0-9;:?]*)[ -/]*([@-~])`
/** One that the line's end cuts off. */
const broken = String.raw`\[[0-9;:?]*[ -/]*$`
const titleOrLink = String.raw`\][^${bel}${esc}]*(?:${bel}|${esc}\\)?`
const otherText = String.raw`[PX^_][^${esc}]*(?:${esc}\\)?`
const twoBytes = '[ -/]*[0-~]'
/** An escape sequence: CSI (colours, cursor), OSC (titles, links; ended by BEL or ST), or a short one. */
const sequence = new RegExp(`${esc}(?:${csi}|${broken}|${titleOrLink}|${otherText}|${twoBytes})`, 'g')
const directions = String.raw`\u200e\u200f\u202a-\u202e\u2066-\u2069`
/** What a page cannot show, and what would turn text round. */
const controls = new RegExp(`[${nul}-${bs}${vt}-${us}${del}${directions}]`, 'g')

/** Splits a line into runs of one look each, from `start` on. Colours stay, all other control sequences go. */
export function parseAnsi(line: string, start: AnsiStyle = plain): { runs: AnsiRun[]; end: AnsiStyle } {
  const runs: AnsiRun[] = []
  let style = start
  let at = 0
  const push = (text: string) => {
    const shown = text.replace(controls, '')
    if (shown !== '') runs.push({ text: shown, style })
  }
  for (const match of line.matchAll(sequence)) {
    push(line.slice(at, match.index))
    at = match.index + match[0].length
    if (match[2] === 'm') style = applySgr(style, match[1] ?? '')
  }
  push(line.slice(at))
  return { runs, end: style }
}

/** The look at the end of a text that began with `start`. */
export function ansiAfter(text: string, start: AnsiStyle): AnsiStyle {
  let style = start
  for (const match of text.matchAll(sequence)) if (match[2] === 'm') style = applySgr(style, match[1] ?? '')
  return style
}

/** The text as it reads: without any control sequence. */
export function stripAnsi(text: string): string {
  return text.replace(sequence, '').replace(controls, '')
}

/** A progress bar rewrites its line after each carriage return: what a terminal would show in the end is the last one. */
export function lastRewrite(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line
  return text.slice(text.lastIndexOf('\r') + 1)
}

const off: Readonly<Record<number, readonly (keyof AnsiStyle)[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
  39: ['fg'],
  49: ['bg'],
}
const on: Readonly<Record<number, keyof AnsiStyle>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  9: 'strike',
}

function applySgr(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => Number(code || 0))
  let next: Record<string, unknown> = { ...style }
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0
    const name = on[code]
    if (code === 0) next = {}
    else if (name) next[name] = true
    else if (off[code]) for (const gone of off[code]) delete next[gone]
    else if (code === 38 || code === 48) {
      const { colour, used } = extended(codes.slice(i + 1))
      if (colour !== undefined) next[code === 38 ? 'fg' : 'bg'] = colour
      i += used
    } else Object.assign(next, basic(code))
  }
  return next as AnsiStyle
}

function basic(code: number): AnsiStyle {
  if (code >= 30 && code <= 37) return { fg: code - 30 }
  if (code >= 40 && code <= 47) return { bg: code - 40 }
  if (code >= 90 && code <= 97) return { fg: code - 82 }
  if (code >= 100 && code <= 107) return { bg: code - 92 }
  return {}
}

/** `5;n` of 256 colours or `2;r;g;b`. */
function extended(codes: readonly number[]): { colour: number | undefined; used: number } {
  if (codes[0] === 5) return { colour: of256(codes[1] ?? 0), used: 2 }
  if (codes[0] === 2) return { colour: nearest(codes[1] ?? 0, codes[2] ?? 0, codes[3] ?? 0), used: 4 }
  return { colour: undefined, used: 0 }
}

function of256(code: number): number {
  if (code < 16) return code
  if (code >= 232) {
    const grey = (code - 232) * 10 + 8
    return nearest(grey, grey, grey)
  }
  const level = (value: number) => (value === 0 ? 0 : value * 40 + 55)
  const cube = code - 16
  return nearest(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}

/**
 * The nearest of the sixteen. Free colours are given up on purpose: on a page that may be light or dark, what a program
 * chose for its own terminal is often illegible, and a style for each would need inline styles.
 */
function nearest(r: number, g: number, b: number): number {
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)]
  if (most - least < 40) return most < 64 ? 0 : most < 150 ? 8 : most < 220 ? 7 : 15
  const half = (most + least) / 2
  const hue = (r > half ? 1 : 0) + (g > half ? 2 : 0) + (b > half ? 4 : 0)
  return most > 200 ? hue + 8 : hue
}
