import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { stringify } from 'yaml'
import { withPlugins } from '../../app/offline.js'
import { parsePipelineText } from '../../app/pipeline-text.js'
import { pluginProblems } from '../../app/plugin-problems.js'
import { validatePipeline } from '../../domain/validation/structure.js'
import { askElsewhere, lookup } from '../../engine/define-pipeline.js'
import type { WhereOptions } from '../main.js'
import { CommandFailed, UsageError } from '../output.js'
import { ask as askLine, canAsk } from '../terminal/ask.js'
import { configOf } from '../where.js'
import { type Asker, answersOf, type InitOptions } from './answers.js'
import { type Folder, openFolder } from './folder.js'
import type { Answers } from './pipeline-of.js'
import { pipelineYaml } from './pipeline-yaml.js'
import { buildsOf } from './recipes/index.js'

export interface InitCommand extends InitOptions, WhereOptions {
  readonly file: string
  readonly yes?: boolean
  readonly force?: boolean
  readonly dryRun?: boolean
}

/**
 * `penstock init [FOLDER]`: looks at a repository, asks what it cannot see when there is somebody to ask, and writes a pipeline file that is
 * valid here. Nothing is run, and no server is told.
 */
export async function init(given: string, options: InitCommand): Promise<void> {
  const folder = folderAt(given)
  const file = resolve(folder.path, options.file)
  if (existsSync(file) && !options.force && !options.dryRun)
    throw new CommandFailed(`${file} is there already: --file names another, --force writes over it`)
  const answers = await answersOf(folder, options, options.yes || !canAsk() ? undefined : askPerson)
  const shown = relative(folder.path, file)
  const text = pipelineYaml(answers, shown)
  await checkHere(text, file, options)
  const projectFile = answers.builds[0]?.project && join(folder.path, 'codebuild-project.yaml')
  if (options.dryRun) return void process.stdout.write(text)
  write(file, text, options.force)
  if (projectFile && !existsSync(projectFile)) write(projectFile, projectText(answers))
  process.stdout.write(`${said(folder, answers, { shown, given, projectFile }).join('\n')}\n`)
}

/** Errors: UsageError. */
function folderAt(given: string): Folder {
  const path = resolve(given)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return openFolder(path)
  throw new UsageError(`${path} is no folder: name the repository's working copy`)
}

/** Errors: CommandFailed when the person leaves. */
const askPerson: Asker = async (question, preset) => {
  const said = await askLine(`${question}${preset === '' ? '' : ` [${preset}]`}: `)
  if (said === undefined) throw new CommandFailed('left: nothing is written')
  return said || preset
}

/** A plugin that is off, or refuses a configuration, is told of now. Errors: CommandFailed. */
async function checkHere(text: string, file: string, options: InitCommand): Promise<void> {
  const { pipeline, where } = parsePipelineText(text, file)
  const found = await withPlugins(configOf(options), async ({ host, judging }) => {
    const problems = validatePipeline(pipeline, lookup(judging, await askElsewhere(judging, pipeline)))
    const broken = problems.length === 0 ? [] : pluginProblems(host)
    return [...broken, ...problems.map(({ path, message }) => `${where(path)}: ${path || 'pipeline'}: ${message}`)]
  })
  if (found.length > 0) throw new CommandFailed(`the pipeline would not be valid here:\n  ${found.join('\n  ')}`)
}

/** Errors: CommandFailed. */
function write(file: string, text: string, force = false): void {
  try {
    writeFileSync(file, text, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    throw new CommandFailed(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** What `penstock project put` takes. */
function projectText({ builds }: Answers): string {
  const { name, buildspec } = builds[0]?.project ?? { name: '', buildspec: '' }
  return stringify({
    name,
    source: { type: 'CODEPIPELINE', buildspec },
    artifacts: { type: 'CODEPIPELINE' },
    environment: { type: 'LINUX_CONTAINER', image: 'aws/codebuild/standard:7.0', computeType: 'BUILD_GENERAL1_SMALL' },
  })
}

/** What was written and why, what was left out, and what comes next. */
function said(
  folder: Folder,
  answers: Answers,
  {
    shown,
    given,
    projectFile,
  }: { readonly shown: string; readonly given: string; readonly projectFile: string | undefined },
): string[] {
  const { name, url, branch, builds, hosts } = answers
  const taken = builds.map(({ id }) => id)
  const others = buildsOf(folder, { pipeline: name }).filter(
    ({ id }) => !taken.includes(id) && !taken.includes('command'),
  )
  const at = given === '.' ? '' : `cd ${given} && `
  return [
    `${shown}: the pipeline ${name}`,
    `  source  ${url}, branch ${branch}`,
    ...builds.map(({ title }) => `  build   ${title}`),
    ...(hosts === undefined ? [] : [`  deploy  ${hosts}, by appspec.yml`]),
    ...others.map(({ id, title }) => `  not used: ${title} (--build ${id})`),
    ...(hosts === undefined && folder.has('appspec.yml', 'appspec.yaml')
      ? ['  not used: appspec.yml (--hosts user@host)']
      : []),
    'Next:',
    `  ${at}penstock run ${shown} --source .   # try it on this working copy, without a server`,
    ...(projectFile ? [`  ${at}penstock project put codebuild-project.yaml   # the project that its build names`] : []),
    `  ${at}penstock put ${shown}   # make it live; each push is then built`,
  ]
}
