import type { Context } from 'koa'

/** `auto` follows the system's preference. */
export type Theme = 'auto' | 'light' | 'dark'
export const themes: readonly Theme[] = ['auto', 'light', 'dark']

const cookie = 'penstock_theme'
const year = 365 * 24 * 60 * 60 * 1000

/** The reader's choice, `auto` until made. */
export function readTheme(ctx: Context): Theme {
  const value = ctx.cookies.get(cookie)
  return themes.find((theme) => theme === value) ?? 'auto'
}

/** Remembers the choice for a year; anything that is not a theme means `auto`. */
export function writeTheme(ctx: Context, value: string): void {
  const theme = themes.find((known) => known === value) ?? 'auto'
  ctx.cookies.set(cookie, theme, { httpOnly: false, sameSite: 'lax', maxAge: year, overwrite: true })
}
