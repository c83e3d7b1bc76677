/** What is asked, what was given, and what is taken when nobody says. */
import { checkUrl } from '../../git/remote.js'
import { suggestion } from '../../host/nearest.js'
import { UsageError } from '../output.js'
import type { Folder } from './folder.js'
import type { Answers } from './pipeline-of.js'
import { type Build, shellBuild } from './recipe.js'
import { buildsOf } from './recipes/index.js'
import { lookAtRepository, type Repository, withoutUser } from './repository.js'

export interface InitOptions {
  readonly name?: string
  readonly url?: string
  readonly branch?: string
  readonly build?: string
  readonly command?: readonly string[]
  readonly hosts?: string
  readonly approval?: boolean
}

/** Puts a question; the preset is what an empty answer means. */
export type Asker = (question: string, preset: string) => Promise<string>

/** Errors: UsageError naming the option that would say what nothing in the repository tells. */
export async function answersOf(folder: Folder, options: InitOptions, ask?: Asker): Promise<Answers> {
  const repository = lookAtRepository(folder.path)
  const either = async (given: string | undefined, question: string, preset: string) =>
    given ?? (ask ? await ask(question, preset) : preset)
  const url = urlOf(
    await either(options.url, 'Address of the repository (https://..., git@host:path)', repository.url ?? ''),
    repository,
  )
  const branch = await either(options.branch, 'Branch', repository.branch ?? 'main')
  const name = checkName(await either(options.name, 'Name of the pipeline', nameOf(url, folder)))
  const builds = await buildsFor(folder, { ...options, name }, ask)
  const appspec = folder.has('appspec.yml', 'appspec.yaml')
  const asked = appspec ? 'Hosts to deploy to by its appspec.yml (user@host, commas; nothing for none yet)' : undefined
  const hosts = options.hosts ?? (asked && ask ? await ask(asked, '') : '')
  if (hosts !== '' && !appspec)
    throw new UsageError('--hosts is given, but there is no appspec.yml, which says what goes where on a host')
  if (hosts === '' && options.approval)
    throw new UsageError('--approval asks before a deployment, and there is none: give --hosts user@host, too')
  if (builds.length === 0 && hosts === '') throw new UsageError(nothingToDo(folder, appspec))
  return { name, url, branch, builds, approval: options.approval ?? false, ...(hosts === '' ? {} : { hosts }) }
}

function nothingToDo(folder: Folder, appspec: string | undefined): string {
  return appspec
    ? `${folder.path} has an appspec.yml and nothing to build: give --hosts user@host to deploy it, or --command with what builds it`
    : `${folder.path} has nothing that tells how it is built (no Rakefile, Makefile, package.json, buildspec.yml, ...): give --command 'make all'`
}

/** Errors: UsageError. */
function urlOf(text: string, { problem }: Repository): string {
  if (text === '') throw new UsageError(`${problem ?? 'this folder is no clone of a repository elsewhere'}: give --url`)
  try {
    return checkUrl(withoutUser(text))
  } catch (error) {
    throw new UsageError(`--url: ${(error as Error).message}`)
  }
}

/** As the repository is called, else the folder; what a pipeline's name may not have becomes a dash. */
function nameOf(url: string, folder: Folder): string {
  const last =
    url
      .replace(/\.git$/, '')
      .split(/[/:]/)
      .at(-1) || folder.name
  return last.replace(/[^A-Za-z0-9.@_-]+/g, '-').slice(0, 100) || 'pipeline'
}

/** Errors: UsageError. */
function checkName(name: string): string {
  if (/^[A-Za-z0-9.@_-]{1,100}$/.test(name)) return name
  throw new UsageError(`--name is '${name}', but must be 1 to 100 letters, digits and . @ _ -`)
}

async function buildsFor(
  folder: Folder,
  options: InitOptions & { readonly name: string },
  ask: Asker | undefined,
): Promise<Build[]> {
  if (options.command) return [shellBuild('command', options.command.join(', '), options.command)]
  const found = buildsOf(folder, { pipeline: options.name })
  if (options.build === 'none') return []
  if (options.build !== undefined) return [named(found, options.build)]
  const [first] = found
  if (!ask) return first ? [first] : []
  if (!first) {
    const command = await ask('Command that builds and tests it (nothing for none)', '')
    return command === '' ? [] : [shellBuild('command', command, [command])]
  }
  if (found.length === 1) return [first]
  const list = found.map(({ id, title }) => `\n  ${id}: ${title}`).join('')
  return [named(found, await ask(`It can be built in several ways:${list}\nWhich`, first.id))]
}

/** Errors: UsageError. */
function named(found: readonly Build[], id: string): Build {
  const build = found.find((one) => one.id === id)
  if (build) return build
  const known = found.map((one) => one.id)
  throw new UsageError(
    `--build is '${id}', but must be one of ${[...known, 'none'].join(', ')}${suggestion(id, known)}; --command gives a command`,
  )
}
