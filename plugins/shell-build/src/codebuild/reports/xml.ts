import type { SaxesTagPlain } from 'saxes'

/** An element of an XML document. */
export interface Element {
  /** Without a namespace's prefix. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** All text directly inside of it. */
  readonly text: string
}

interface Growing {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Growing[]
  text: string
}

/** Deeper than any report is: a guard for the reading of what a build left. */
const deepest = 200

/** The root element. Entities of a document's own are not read. Errors: Error with the line and what is wrong. */
export async function parseXml(text: string): Promise<Element> {
  const { SaxesParser } = await import('saxes')
  const parser = new SaxesParser()
  const root: Growing = { name: '', attributes: {}, children: [], text: '' }
  const open: Growing[] = [root]
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    if (open.length > deepest) throw new Error(`line ${parser.line}: over ${deepest} elements inside one another`)
    const element: Growing = { name: withoutPrefix(name), attributes, children: [], text: '' }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => void open.pop())
  const addText = (more: string) => {
    const last = open.at(-1)
    if (last !== undefined) last.text += more
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('error', (error) => {
    throw error
  })
  // A byte order mark in front is no letter.
  parser.write(text.replace(/^\uFEFF/, '')).close()
  const [document] = root.children
  if (document === undefined) throw new Error('there is no element in it')
  return document
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** All elements of this name, at any depth, in the document's order. */
export function descendants(element: Element, name: string): readonly Element[] {
  const found: Element[] = []
  const look = (one: Element) => {
    if (one.name === name) found.push(one)
    one.children.forEach(look)
  }
  element.children.forEach(look)
  return found
}

/** The first child of one of these names. */
export function child(element: Element | undefined, ...names: readonly string[]): Element | undefined {
  return element?.children.find((one) => names.includes(one.name))
}

/** A number of seconds, as attributes write it, in nanoseconds; 0 when it is none. */
export function nanoseconds(seconds: string | undefined): number {
  const value = Number((seconds ?? '').replaceAll(',', ''))
  return Number.isFinite(value) && value > 0 ? Math.round(value * 1e9) : 0
}
