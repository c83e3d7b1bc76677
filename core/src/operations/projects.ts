/** Build projects, which CodeBuild actions name: put here, or declared in penstock.yaml. */
import type { BuildProject } from '../domain/build-project.js'
import { buildProjectSchema } from '../domain/build-project.js'
import { Fault } from '../domain/faults.js'
import { readJson } from '../domain/read-json.js'
import { checkSchema, pathText } from '../host/json-schema.js'
import type { PluginState, StateEntry } from '../host/state/plugin-state.js'
import { structure, text } from '../shape/shape.js'
import { operation } from './operation.js'

/** The plugin that runs builds keeps them, so that workers on other machines have them, too. */
const keeper = 'shell-build'
/** Where projects are that penstock.yaml declares, and those that were put. */
const declared = 'declared/'
const put = 'projects/'

const projectName = text({ min: 2, max: 150, pattern: '[A-Za-z0-9][A-Za-z0-9_-]*' })

/** A project and where it comes from. */
export interface ProjectDetails {
  readonly project: BuildProject
  /** Set when penstock.yaml declares it: then it is changed there. */
  readonly declared: boolean
  /** Epoch milliseconds. */
  readonly lastModified: number
}

/** All projects, by name. */
export const listProjects = operation({
  name: 'ListProjects',
  service: 'penstock',
  input: structure({}),
  resource: (_input, arns) => arns.project('*'),
  async run({ stateOf }) {
    const state = stateOf(keeper)
    const entries = [...(await all(state, declared)), ...(await all(state, put))]
    const projects = new Map(entries.map((entry) => [nameOf(entry), detailsOf(entry)]))
    return { projects: [...projects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, project]) => project) }
  },
})

/** One project. */
export const getProject = operation({
  name: 'GetProject',
  service: 'penstock',
  input: structure({ name: projectName }),
  resource: ({ name }, arns) => arns.project(name),
  run: async ({ stateOf }, _by, { name }) => find(stateOf(keeper), name),
})

/** Adds a project, or takes the place of the one of its name. The project is CodeBuild's, as JSON: what BatchGetProjects answers fits. */
export const putProject = operation({
  name: 'PutProject',
  service: 'penstock',
  input: structure({ name: projectName, project: text({ min: 2, max: 200_000 }) }),
  resource: ({ name }, arns) => arns.project(name),
  changes: true,
  async run({ stateOf }, _by, { name, project }) {
    const state = stateOf(keeper)
    const checked = check(project, name)
    await refuseDeclared(state, name)
    const known = await state.get(put + name)
    await state.put(put + name, checked)
    return { name, result: known === undefined ? 'created' : 'changed' }
  },
})

/** Forgets a project that was put; builds that run go on. */
export const deleteProject = operation({
  name: 'DeleteProject',
  service: 'penstock',
  input: structure({ name: projectName }),
  resource: ({ name }, arns) => arns.project(name),
  changes: true,
  async run({ stateOf }, _by, { name }) {
    const state = stateOf(keeper)
    await refuseDeclared(state, name)
    await find(state, name)
    await state.delete(put + name)
  },
})

/** Errors: Fault ValidationException with every problem and its place. */
function check(json: string, name: string): BuildProject {
  let given: unknown
  try {
    given = readJson(json, 'project')
  } catch (error) {
    throw new Fault('ValidationException', (error as Error).message)
  }
  const { value, problems } = checkSchema(buildProjectSchema, given)
  if (problems.length > 0) {
    const words = problems.map(({ path, message }) => `${pathText(['project', ...path])} ${message}`)
    throw new Fault('ValidationException', words.join('; '))
  }
  const project = value as BuildProject
  if (project.name === name) return project
  throw new Fault(
    'ValidationException',
    `project.name is "${project.name}": it must be the name that is put, "${name}"`,
  )
}

async function refuseDeclared(state: PluginState, name: string): Promise<void> {
  if ((await state.get(declared + name)) === undefined) return
  throw new Fault('ValidationException', `project ${name} is declared in penstock.yaml: change it there`)
}

/** Errors: Fault ValidationException. */
async function find(state: PluginState, name: string): Promise<ProjectDetails> {
  for (const prefix of [declared, put]) {
    const found = await state.get<BuildProject>(prefix + name)
    if (found !== undefined) return detailsOf({ ...found, key: prefix + name })
  }
  throw new Fault('ValidationException', `there is no project '${name}'`)
}

async function all(state: PluginState, prefix: string): Promise<readonly StateEntry[]> {
  const entries: StateEntry[] = []
  for (let page: readonly StateEntry[] = []; ; ) {
    const after = page.at(-1)?.key
    page = await state.list({ prefix, limit: 1000, ...(after === undefined ? {} : { after }) })
    entries.push(...page)
    if (page.length < 1000) return entries
  }
}

function nameOf({ key }: StateEntry): string {
  return key.slice(key.indexOf('/') + 1)
}

function detailsOf({ key, value, modified }: StateEntry): ProjectDetails {
  return { project: value as BuildProject, declared: key.startsWith(declared), lastModified: modified }
}
