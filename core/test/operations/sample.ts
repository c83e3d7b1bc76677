/** The least input that an operation's shape lets through, for tests of what happens before an operation runs. */
import type { Shape } from '../../src/shape/shape.js'

const uuid = '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11'
/** A text for every pattern that a shape has. */
const texts = [
  'site',
  'Build/Custom/Rake/1',
  'eu-central-1',
  uuid,
  '7',
  'd-ABCDEF123',
  'arn:aws:iam::123456789012:role/service',
  'arn:aws:codepipeline:eu-central-1:123456789012:site',
  'https://example.com/',
  'a-password-of-some-length',
  'AWS',
]

/** Errors: an Error for a shape that no text here fits. */
export function sampleOf(shape: Shape): unknown {
  switch (shape.kind) {
    case 'text':
      return shape.values?.[0] ?? textFor(shape)
    case 'integer':
      return shape.min ?? 1
    case 'boolean':
      return true
    case 'timestamp':
      return 0
    case 'list':
      return Array.from({ length: Math.max(1, shape.min ?? 1) }, () => sampleOf(shape.member))
    case 'map':
      return {}
    case 'structure':
      return Object.fromEntries(Object.entries(shape.required).map(([name, member]) => [name, sampleOf(member)]))
    default:
      throw new Error(`there is no sample of a ${(shape as Shape).kind}`)
  }
}

function textFor({ min = 0, max = Number.POSITIVE_INFINITY, pattern }: Extract<Shape, { kind: 'text' }>): string {
  const whole = pattern === undefined ? /^/ : new RegExp(`^(?:${pattern})$`, 's')
  const found = texts.find((text) => text.length >= min && text.length <= max && whole.test(text))
  if (found === undefined) throw new Error(`no sample text fits ${pattern} of ${min} to ${max}: add one`)
  return found
}
