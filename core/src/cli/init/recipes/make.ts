import { type Recipe, shellBuild } from '../recipe.js'

/** A Makefile's first target, and `test` or `check` where it has one. */
export const make: Recipe = (folder) => {
  const file = folder.has('GNUmakefile', 'makefile', 'Makefile')
  if (file === undefined) return undefined
  const targets = targetsOf(folder.text(file))
  const [first] = targets
  const test = ['test', 'check'].find((name) => targets.includes(name) && name !== first)
  const commands = ['make', ...(test === undefined ? [] : [`make ${test}`])]
  return shellBuild('make', `${commands.join(', ')}, by ${file}`, commands)
}

/** In their order, without make's own (`.PHONY`), patterns and assignments. */
function targetsOf(text: string): string[] {
  return [...text.matchAll(/^([A-Za-z0-9_][^:=#\t\n]*?)\s*::?(?![=:])/gm)].flatMap((found) =>
    (found[1] ?? '').split(/\s+/),
  )
}
