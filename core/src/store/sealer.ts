import type { ActionTypeId } from '../domain/action-type.js'
import type { Configuration } from '../domain/configurations.js'
import type { RuleTypeId } from '../domain/pipeline.js'

/** What seals; `about` is bound to the sealed text, so that two cannot change places. `MasterKey` is one. */
export interface Key {
  seal(text: string, about: string): string
  unseal(sealed: string, about: string): string
}

/** Which properties of a type are secret. */
export type Secrecy = (type: ActionTypeId | RuleTypeId) => (property: string) => boolean

/** What begins like this is sealed. A value that somebody sent with it is sealed like a secret, so none is mistaken for one. */
export const mark = '\u0000sealed '

/** Values of a configuration, sealed one by one. */
export class Sealer {
  constructor(private readonly key: Key) {}

  /** With each secret value sealed. */
  seal(configuration: Configuration, about: string, secret: (property: string) => boolean): Configuration {
    const sealed = Object.entries(configuration).map(([property, value]) => {
      const open = !secret(property) && !value.startsWith(mark)
      return [property, open ? value : `${mark}${this.key.seal(value, `${about} ${property}`)}`]
    })
    return Object.fromEntries(sealed)
  }

  /** In clear. Errors: when a value was sealed with another master key. */
  open(configuration: Configuration, about: string): Configuration {
    if (!Object.values(configuration).some((value) => value.startsWith(mark))) return configuration
    const opened = Object.entries(configuration).map(([property, value]) => {
      if (!value.startsWith(mark)) return [property, value]
      return [property, this.unseal(value.slice(mark.length), about, property)]
    })
    return Object.fromEntries(opened)
  }

  private unseal(sealed: string, about: string, property: string): string {
    try {
      return this.key.unseal(sealed, `${about} ${property}`)
    } catch (cause) {
      throw new Error(`the secret '${property}' of '${about}' was sealed with another master key`, { cause })
    }
  }
}
