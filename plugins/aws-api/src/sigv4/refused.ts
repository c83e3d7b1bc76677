/** Why a request was not taken for its sender's. Each protocol has its own words for it. */
export type Refusal =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'signatureV2' }
  | { readonly kind: 'incomplete'; readonly message: string }
  | { readonly kind: 'unknownKey' }
  | { readonly kind: 'wrongTime'; readonly message: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'wrongRegion'; readonly given: string; readonly expected: string }
  | { readonly kind: 'wrongService'; readonly given: string; readonly expected: string }
  | { readonly kind: 'wrongScope'; readonly message: string }
  | { readonly kind: 'mismatch' }

/** Thrown by the signature check. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.kind)
    this.name = 'Refused'
  }
}
