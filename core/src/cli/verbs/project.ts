import { stringify } from 'yaml'
import type { BuildProject } from '../../domain/build-project.js'
import type { ProjectDetails } from '../../operations/projects.js'
import { withClient } from '../api/connect.js'
import { CommandFailed, print, table } from '../output.js'
import { ago } from '../terminal/time.js'
import type { VerbOptions } from './options.js'
import { readDocument } from './read-document.js'

/** `penstock project list`: all build projects, those of penstock.yaml and those that were put. */
export async function listProjects(options: VerbOptions): Promise<void> {
  const { projects } = await withClient(options, (client) => client.listProjects({}))
  const row = ({ project, declared, lastModified }: ProjectDetails) => [
    project.name,
    buildspecOf(project),
    project.environment?.image ?? '',
    declared ? 'penstock.yaml' : ago(new Date(lastModified), Date.now()),
  ]
  print(options.output, projects, () =>
    projects.length === 0
      ? [
          'There are no projects: codebuild.projects in penstock.yaml declares them, penstock project put FILE adds one.',
        ]
      : table([['NAME', 'BUILDSPEC', 'IMAGE', 'FROM'], ...projects.map(row)]),
  )
}

/** `penstock project show NAME`: one project, as `put` takes it. */
export async function showProject(name: string, options: VerbOptions): Promise<void> {
  const { project } = await withClient(options, (client) => client.getProject({ name }))
  print(options.output, project, () => [stringify(project, { lineWidth: 0 }).trimEnd()])
}

/** `penstock project put FILE`: adds or changes the projects of a YAML or JSON file; what batch-get-projects printed will do. */
export async function putProjects(file: string, options: VerbOptions): Promise<void> {
  const projects = projectsOf(readDocument(file), file)
  const results = await withClient(options, async (client) => {
    const all: { readonly name: string; readonly result: string }[] = []
    for (const project of projects) {
      all.push(await client.putProject({ name: project.name, project: JSON.stringify(project) }))
    }
    return all
  })
  print(options.output, results, () => results.map(({ name, result }) => `${name} is ${result}`))
}

/** `penstock project rm NAME`: forgets a project that was put. */
export async function removeProject(name: string, options: VerbOptions): Promise<void> {
  await withClient(options, (client) => client.deleteProject({ name }))
  print(options.output, { name }, () => [`${name} is removed`])
}

function buildspecOf({ source }: BuildProject): string {
  const { buildspec } = source ?? {}
  if (buildspec === undefined || buildspec === '') return 'buildspec.yml'
  return buildspec.includes('\n') ? '(its text)' : buildspec
}

/** One project, a list of them, or the answer of batch-get-projects. Errors: CommandFailed. */
function projectsOf(content: unknown, file: string): readonly BuildProject[] {
  const { projects = content } = (content ?? {}) as { readonly projects?: unknown }
  const all: readonly unknown[] = Array.isArray(projects) ? projects : [projects]
  const isNamed = (one: unknown): one is BuildProject => typeof (one as Partial<BuildProject> | null)?.name === 'string'
  if (all.length > 0 && all.every(isNamed)) return all
  throw new CommandFailed(
    `${file} holds no project: a map with a name is right, a list of such, or { projects: [...] }`,
  )
}
