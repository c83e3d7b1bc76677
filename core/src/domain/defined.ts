/**
 * `T` without `undefined`: a member that may be undefined may be absent instead.
 * @example
 * const named: Defined<{ name: string; summary: string | undefined }> = { name: 'unit' }
 */
export type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/**
 * The members that are there, in their order: for types whose optional members may be absent, but not `undefined`.
 *
 * @example
 * const view = (name: string, summary: string | undefined) => ({ name, ...defined({ summary }) })
 */
export function defined<T extends object>(members: T): Defined<T> {
  const present: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(members)) if (member !== undefined) present[name] = member
  return present as Defined<T>
}
