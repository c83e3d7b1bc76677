import { Fault, type FaultDetail } from '@penstock/core'
import { isSealed, type Seal } from '../http/seal.js'
import { type ConfigurationPlace, mapConfigurations, propertiesOf } from './configurations.js'
import type { Draft } from './draft/draft.js'
import type { KnownTypes } from './known-types.js'

/** What stands for a secret that is saved (J3). */
const hidden = '****'

/** The draft with every secret that was typed, and not saved yet, closed: so that no page holds it. */
export function sealSecrets(draft: Draft, known: KnownTypes, seal: Seal): Draft {
  return eachSecret(draft, known, (value) => (isTyped(value) ? seal.close(value) : value))
}

/** The secrets that were typed, and not saved yet. */
export function typedSecrets(draft: Draft, known: KnownTypes): string[] {
  const found: string[] = []
  eachSecret(draft, known, (value) => {
    if (isTyped(value)) found.push(value)
    return value
  })
  return found
}

/** The draft with every secret that was typed as words that say so. */
export function maskSecrets(draft: Draft, known: KnownTypes): Draft {
  return eachSecret(draft, known, (value) => (isTyped(value) || isSealed(value) ? `${hidden} (typed anew)` : value))
}

/** The draft as it was typed. Errors: ValidationException for what another session closed: it has to be typed again. */
export function unsealSecrets(draft: Draft, seal: Seal): Draft {
  const lost: FaultDetail[] = []
  const opened = eachValue(draft, (value, property, { at }) => {
    if (!isSealed(value)) return value
    const text = seal.open(value)
    const path = `${at}.configuration.${property}`
    if (text === undefined) lost.push({ path, message: 'You signed in anew since this was typed: type it again.' })
    return text ?? ''
  })
  if (lost.length > 0) throw new Fault('ValidationException', 'A secret has to be typed again.', lost)
  return opened
}

/**
 * The server keeps a secret's old value by the names of its stage and action (J3). Where those are new, `****` would be
 * saved as it stands. Errors: ValidationException at each such field.
 */
export function refuseLostSecrets(draft: Draft, saved: Draft | undefined, known: KnownTypes): void {
  const names = new Set<string>()
  if (saved) {
    eachSecret(saved, known, (value, property, place) => {
      names.add(`${place.names} ${property}`)
      return value
    })
  }
  const lost: FaultDetail[] = []
  eachSecret(draft, known, (value, property, place) => {
    if (value === hidden && !names.has(`${place.names} ${property}`)) {
      const message = `The saved ${property} belongs to another name of stage or action: type it again.`
      lost.push({ path: `${place.at}.configuration.${property}`, message })
    }
    return value
  })
  if (lost.length > 0) throw new Fault('ValidationException', 'A secret has to be typed again.', lost)
}

type Change = (value: string, property: string, place: ConfigurationPlace) => string

function eachSecret(draft: Draft, known: KnownTypes, change: Change): Draft {
  return eachValue(draft, (value, property, place) => {
    const declared = propertiesOf(known, place.type)
    // Of a type that is not known here every value counts as secret, as it does to the store.
    const secret = !declared || (Object.hasOwn(declared, property) && declared[property]?.secret === true)
    return secret ? change(value, property, place) : value
  })
}

function eachValue(draft: Draft, change: Change): Draft {
  return mapConfigurations(draft, (configuration, place) =>
    Object.fromEntries(Object.entries(configuration).map(([name, value]) => [name, change(value, name, place)])),
  )
}

function isTyped(value: string): boolean {
  return value !== hidden && value !== '' && !isSealed(value)
}
