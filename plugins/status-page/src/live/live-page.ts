import type { LiveChange, Principal, PrincipalOperations } from '@penstock/core'

/** A part of a page that is replaced as a whole when it changed. */
export interface LiveSection {
  /** The id of the element that `html` is. */
  readonly id: string
  readonly html: string
}

/** How a page is kept current. One of these serves all tabs that show the same to readers with the same rights. */
export interface LivePage {
  /** Whether a change may show on this page. */
  wants(change: LiveChange): boolean
  /** All sections as they are now. When their ids differ from the last ones the page reloads itself. */
  render(): Promise<readonly LiveSection[]>
  /** Milliseconds after which the page is looked at anew, for what changes without a word about it. Never when absent. */
  readonly every?: number
  /** Listens to something else than pipelines; the answer ends it. */
  watch?(wake: () => void): () => void
  /** For what is no piece of a page: a small document that the page's script is given in the sections' stead. */
  data?(): Promise<unknown>
}

/** What a live page is made for. */
export interface LiveRequest {
  readonly by: Principal
  readonly operations: PrincipalOperations
  /** The path's parts that the pattern names. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Stands for the reader's own form token, which the browser puts in. */
  readonly csrf: string
}

/** Opens the live page of an address. Errors: Faults, as the page itself would throw. */
export type OpenLivePage = (request: LiveRequest) => LivePage | Promise<LivePage>

/** What goes to a browser about one channel. */
export type LiveMessage =
  | { readonly rev: string; readonly html: string }
  | { readonly rev: string; readonly data: unknown }
  /** The page's structure changed: it is to be drawn anew. */
  | { readonly reload: true }
  /** Nothing changed: a good moment to see whether the session still is. */
  | { readonly tick: true }
  /** The channel cannot be had: HTTP's status says why. */
  | { readonly status: number }

/** In the place of a form's token: what several readers get cannot hold one's own. */
export const csrfPlace = 'penstock-form-token'
