import type { State, StateName } from '../../view/state.js'
import { attributes, xml } from './xml.js'

/** Dark enough for white letters. */
const colours: Readonly<Record<StateName, string>> = {
  queued: '#57606a',
  worker: '#57606a',
  running: '#0969a8',
  person: '#8a5a00',
  held: '#8a5a00',
  failed: '#b3261e',
  stopped: '#57606a',
  superseded: '#57606a',
  succeeded: '#1a7340',
  skipped: '#57606a',
}

const height = 20
const pad = 6
/** Characters that are shown: a badge stands in a line of text. */
const most = 60

/** Pixels of a text in 11 px Verdana, or what a machine has in its place; `textLength` makes it fit. */
function widthOf(text: string): number {
  return [...text].reduce(
    (sum, letter) => sum + (/[il.,:;|!' ]/.test(letter) ? 4 : /[mwMW@%]/.test(letter) ? 10 : 7),
    0,
  )
}

/** A badge of two fields, as READMEs and wikis show them. */
export function badge(label: string, { name, words }: Pick<State, 'name' | 'words'>): string {
  const [left, right] = [label, words].map(cut) as [string, string]
  const split = widthOf(left) + 2 * pad
  const width = split + widthOf(right) + 2 * pad
  const text = (x: number, said: string) =>
    `<text${attributes({ x: `${x + pad}`, y: '14', textLength: `${widthOf(said)}` })}>${xml(said)}</text>`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" role="img"${attributes({ 'aria-label': `${left}: ${right}` })}>`,
    `<title>${xml(`${left}: ${right}`)}</title>`,
    `<clipPath id="r"><rect width="${width}" height="${height}" rx="3"/></clipPath>`,
    `<g clip-path="url(#r)"><rect width="${width}" height="${height}" fill="#333b44"/>`,
    `<rect x="${split}" width="${width - split}" height="${height}" fill="${colours[name]}"/></g>`,
    `<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${text(0, left)}${text(split, right)}</g>`,
    '</svg>',
  ].join('')
}

function cut(text: string): string {
  const letters = [...text]
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text
}
