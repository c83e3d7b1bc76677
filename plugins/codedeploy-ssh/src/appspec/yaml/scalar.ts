/** What a plain word of a YAML file means to Ruby's YAML (Psych), which reads AppSpec files for CodeDeploy's agent. */

/** A scalar with its type in Ruby. `text` is how it was written, without quotation marks. */
export type TypedScalar =
  | { readonly type: 'nil'; readonly value: null }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'date' | 'time' | 'symbol' | 'text'; readonly value: string }

const INTEGER = /^(?:[-+]?0b[01_,]+|[-+]?0[0-7_,]+|[-+]?(?:0|[1-9](?:[0-9]|,[0-9]|_[0-9])*)|[-+]?0x[0-9a-fA-F_,]+)$/
const FLOAT = /^[-+]?(?:[0-9][0-9_,]*)?\.[0-9]*(?:[eE][-+][0-9]+)?$/
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9]){1,2}(\.[0-9_]*)?$/
const DATE = /^\d{4}-(?:1[012]|0\d|\d)-(?:[12]\d|3[01]|0\d|\d)$/
const TIME = /^-?\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d(?:\.\d*)?(?:\s*(?:Z|[-+]\d{1,2}:?(?:\d\d)?))?$/

const WORDS: readonly (readonly [RegExp, TypedScalar])[] = [
  [/^(?:|~|null)$/i, { type: 'nil', value: null }],
  [/^(?:yes|true|on)$/i, { type: 'boolean', value: true }],
  [/^(?:no|false|off)$/i, { type: 'boolean', value: false }],
  [/^\+?\.inf$/i, { type: 'float', value: Number.POSITIVE_INFINITY }],
  [/^-\.inf$/i, { type: 'float', value: Number.NEGATIVE_INFINITY }],
  [/^\.nan$/i, { type: 'float', value: Number.NaN }],
]

/** The meaning of a word without quotation marks. */
export function typePlain(word: string): TypedScalar {
  const known = WORDS.find(([pattern]) => pattern.test(word))?.[1]
  if (known !== undefined) return known
  if (TIME.test(word)) return { type: 'time', value: word }
  if (DATE.test(word) && isDay(word)) return { type: 'date', value: word }
  if (/^:./.test(word)) return { type: 'symbol', value: word.replace(/^:(?:(["'])(.*)\1)?/, '$2').replace(/^:/, '') }
  return typeNumber(word) ?? { type: 'text', value: word }
}

/** As a number, if Ruby's YAML 1.1 takes the word for one: `1_000`, `0x10`, `010` (8), `+5`, `1:30` (5400), `3.` */
function typeNumber(word: string): TypedScalar | undefined {
  const sexagesimal = SEXAGESIMAL.exec(word)
  if (sexagesimal !== null) return typeSexagesimal(word, sexagesimal[1] !== undefined)
  if (FLOAT.test(word) && !/^[-+]?\.$/.test(word)) {
    return { type: 'float', value: Number(word.replace(/[,_]/g, '').replace(/\.(?=[eE]|$)/, '')) }
  }
  return INTEGER.test(word) ? { type: 'integer', value: integerOf(word.replace(/[,_]/g, '')) } : undefined
}

/** Two parts are hours and minutes to Psych, not minutes and seconds. */
function typeSexagesimal(word: string, hasFraction: boolean): TypedScalar {
  const parts = word.replaceAll('_', '').split(':').map(Number)
  const value = parts.reduce((sum, part, place) => sum + part * 60 ** (2 - place), 0)
  return hasFraction ? { type: 'float', value } : { type: 'integer', value: BigInt(value) }
}

function integerOf(word: string): bigint {
  const digits = word.replace(/^[-+]/, '')
  const radix = /^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits
  return word.startsWith('-') ? -BigInt(radix) : BigInt(radix)
}

function isDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  return month > 0 && day > 0 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
