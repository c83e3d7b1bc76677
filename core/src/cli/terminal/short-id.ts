/** Enough of an execution's id for people: its end, for ids of the same minute begin alike. Commands take it as well. */
export function shortId(id: string): string {
  return id.slice(-8)
}
