import type { Build, Recipe } from '../recipe.js'

/** A Rakefile's default task, or, where it has none, what builds and tests by its name. */
export const rake: Recipe = (folder) => {
  const file = folder.has('Rakefile', 'rakefile', 'Rakefile.rb', 'rakefile.rb')
  if (file === undefined) return undefined
  const task = taskOf(folder.text(file))
  const build: Build = {
    id: 'rake',
    title: `rake${task ? ` ${task}` : ''}, by ${file}`,
    action: {
      name: 'Build',
      actionTypeId: { category: 'Build', owner: 'Custom', provider: 'Rake', version: '1' },
      configuration: task === undefined ? {} : { Task: task },
    },
  }
  return build
}

/** Tasks may also come from gems and other files: where none is seen, rake's own default is meant. */
function taskOf(text: string): string | undefined {
  const tasks = [...text.matchAll(/^\s*(?:multi)?task\s*\(?\s*(?::|['"])?([A-Za-z_]\w*)/gm)].map(
    (found) => found[1] ?? '',
  )
  if (tasks.includes('default')) return undefined
  const named = ['build', 'compile', 'test', 'spec'].filter((name) => tasks.includes(name))
  return named.length === 0 ? undefined : named.join(' ')
}
