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
  /** `proxiedHost` is the Host that a proxy sent: perhaps not the one that the client signed. */
  | { readonly kind: 'mismatch'; readonly proxiedHost?: string }

/** What is added to AWS's words when a proxy may be the cause: a key that is right is looked at in vain. */
export function proxyHint({ proxiedHost }: { readonly proxiedHost?: string }): string {
  if (proxiedHost === undefined) return ''
  return ` (The request came by way of a proxy, for the host ${proxiedHost}: if the client called another one, have the proxy pass Host on, or set server.publicUrl.)`
}

/** Thrown by the signature check. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.kind)
    this.name = 'Refused'
  }
}
