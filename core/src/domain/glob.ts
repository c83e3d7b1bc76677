/**
 * Glob patterns as git triggers write them (G6): java.nio's language for paths. Pure.
 * `*` any characters but `/`; `**` any at all; `?` one but `/`; `[a-z]` `[!a-z]` one of a class, never `/`;
 * `{a,b}` one of several, not nested; `\` takes the next character as it is. The whole text must match, case and all.
 * Matching walks all possibilities at once, so that its time is bounded by pattern times text: with backtracking,
 * a pattern of many stars and a branch with a long name could hold the server up for hours.
 */

/** What is wrong with a pattern, in words that quote it. */
export class GlobSyntaxError extends Error {
  constructor(pattern: string, problem: string) {
    super(`the pattern '${pattern}' ${problem}`)
    this.name = 'GlobSyntaxError'
  }
}

/** Tells whether a text matches. */
export type Glob = (text: string) => boolean

/** Translates a pattern. Errors: GlobSyntaxError. */
export function compileGlob(pattern: string): Glob {
  const states = new Translation(pattern).states
  return (text) => run(states, text)
}

/** Why a pattern is not one, or `undefined` when it is. */
export function globProblem(pattern: string): string | undefined {
  try {
    compileGlob(pattern)
    return undefined
  } catch (error) {
    if (error instanceof GlobSyntaxError) return error.message
    throw error
  }
}

/** A place in the automaton: reached by a character that passes `test`, or at once when there is none. */
interface State {
  readonly test?: (character: string) => boolean
  readonly next: State[]
}

interface Automaton {
  readonly first: State
  readonly last: State
}

const anything = (): boolean => true
const notSlash = (character: string): boolean => character !== '/'

/** Reads a pattern from left to right, growing the automaton at `tail`. */
class Translation {
  readonly states: Automaton
  private readonly characters: readonly string[]
  private at = 0
  private tail: State
  /** Set inside `{...}`: where its alternatives part, and where they meet again. */
  private group: { readonly split: State; readonly join: State } | undefined

  constructor(private readonly pattern: string) {
    this.characters = Array.from(pattern)
    const first: State = { next: [] }
    this.tail = first
    while (this.at < this.characters.length) this.readOne(this.take())
    if (this.group !== undefined) throw this.error("has a '{' without its '}'")
    this.states = { first, last: this.tail }
  }

  private readOne(character: string): void {
    const { group } = this
    if (character === '*') this.star()
    else if (character === '?') this.grow({ test: notSlash, next: [] })
    else if (character === '[') this.characterClass()
    else if (character === '{') this.openGroup()
    else if (character === '}' && group !== undefined) this.closeGroup(group)
    else if (character === ',' && group !== undefined) this.nextAlternative(group)
    else
      this.literal(character === '\\' ? this.take("ends with a single '\\': write '\\\\' for a backslash") : character)
  }

  private literal(character: string): void {
    this.grow({ test: (other) => other === character, next: [] })
  }

  private take(problem = 'ends too early'): string {
    const character = this.characters[this.at]
    if (character === undefined) throw this.error(problem)
    this.at += 1
    return character
  }

  private grow(state: State): void {
    this.tail.next.push(state)
    this.tail = state
  }

  private star(): void {
    let crossing = false
    while (this.characters[this.at] === '*') {
      crossing = true
      this.at += 1
    }
    this.grow({ next: [] })
    this.tail.next.push({ test: crossing ? anything : notSlash, next: [this.tail] })
  }

  private openGroup(): void {
    if (this.group !== undefined) throw this.error("has a '{' inside '{...}': groups cannot be nested")
    this.grow({ next: [] })
    this.group = { split: this.tail, join: { next: [] } }
    this.beginAlternative(this.group.split)
  }

  private nextAlternative(group: { split: State; join: State }): void {
    this.tail.next.push(group.join)
    this.beginAlternative(group.split)
  }

  private beginAlternative(split: State): void {
    const alternative: State = { next: [] }
    split.next.push(alternative)
    this.tail = alternative
  }

  private closeGroup(group: { split: State; join: State }): void {
    this.grow(group.join)
    this.group = undefined
  }

  /** `[...]`: a backslash is itself in there, `!` at the front turns it round, `-` at the front or end is itself. */
  private characterClass(): void {
    const unclosed = "has a '[' without its ']'"
    const negated = this.characters[this.at] === '!'
    if (negated) this.at += 1
    const ranges: [from: string, to: string][] = []
    let character = this.take(unclosed)
    while (character !== ']') {
      if (character === '/') throw this.error("has a '/' inside '[...]', which never matches one")
      ranges.push([character, this.rangeEnd(character)])
      character = this.take(unclosed)
    }
    if (ranges.length === 0) throw this.error("has an empty '[]'")
    const among = (one: string) => ranges.some(([from, to]) => compare(from, one) <= 0 && compare(one, to) <= 0)
    this.grow({ test: (one) => one !== '/' && among(one) !== negated, next: [] })
  }

  private rangeEnd(from: string): string {
    const [dash, to] = [this.characters[this.at], this.characters[this.at + 1]]
    if (dash !== '-' || to === undefined || to === ']') return from
    this.at += 2
    if (compare(from, to) > 0) throw this.error(`has the range '${from}-${to}', which is upside down`)
    return to
  }

  private error(problem: string): GlobSyntaxError {
    return new GlobSyntaxError(this.pattern, problem)
  }
}

function compare(a: string, b: string): number {
  return (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0)
}

function run({ first, last }: Automaton, text: string): boolean {
  let active = reach([first])
  for (const character of text) {
    const passed: State[] = []
    for (const state of active) {
      for (const next of state.next) if (next.test?.(character) === true) passed.push(next)
    }
    if (passed.length === 0) return false
    active = reach(passed)
  }
  return active.has(last)
}

/** These states, and all that can be reached from them without a character. */
function reach(from: readonly State[]): Set<State> {
  const reached = new Set(from)
  // A Set hands out what is added while it is walked.
  for (const state of reached) {
    for (const next of state.next) if (next.test === undefined) reached.add(next)
  }
  return reached
}
