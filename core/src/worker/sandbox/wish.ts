import type { PropertyDeclarations } from '../../host/action-type-declaration.js'
import type { IsolationWish } from './isolation.js'

/**
 * What an action asks for by its configuration, where its type declares the properties that `commandProperties` names.
 * What is empty asks for nothing.
 */
export function wishOf(declared: PropertyDeclarations, values: Readonly<Record<string, unknown>>): IsolationWish {
  const text = (name: string) => {
    const value = Object.hasOwn(declared, name) ? values[name] : undefined
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const [isolation, image, network, cache] = [text('Isolation'), text('Image'), text('Network'), text('Cache')]
  return {
    ...(isolation === 'sandbox' || isolation === 'container' ? { isolation } : {}),
    ...(image === undefined ? {} : { image }),
    ...(network === 'none' || network === 'on' ? { network } : {}),
    ...(cache === undefined ? {} : { cache }),
  }
}
