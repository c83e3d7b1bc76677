/** Reads an AppSpec file the way CodeDeploy's agent does, but tells all problems at once. */
import { defined } from '@penstock/core'
import { AppSpecError, FILE_EXISTS_BEHAVIORS, type FileExistsBehavior, type ParsedAppSpec } from './model.js'
import { parseFiles } from './parse-files.js'
import { parseHooks } from './parse-hooks.js'
import { parsePermissions } from './parse-permissions.js'
import { Findings, Reader } from './reader.js'
import { loadYaml } from './yaml/load.js'
import { YamlError, type YamlNote } from './yaml/tree.js'

const KNOWN_KEYS = ['version', 'os', 'file_exists_behavior', 'files', 'hooks', 'permissions']

/**
 * Parses the text of an `appspec.yml`.
 * Errors: AppSpecError with every problem found.
 */
export function parseAppSpec(text: string, fileName = 'appspec.yml'): ParsedAppSpec {
  const findings = new Findings()
  const root = readDocument(text, fileName, findings)
  checkVersion(root.get('version'))
  checkOs(root)
  const behavior = parseBehavior(root.get('file_exists_behavior'))
  const files = parseFiles(root.get('files'))
  const hooks = parseHooks(root.get('hooks'))
  const permissions = parsePermissions(root.get('permissions'))
  for (const key of root.keys()) if (!KNOWN_KEYS.includes(key)) warnOfKey(root, key)
  if (findings.problems.length > 0) throw new AppSpecError(fileName, findings.problems)
  const appSpec = { files, hooks, permissions, ...defined({ fileExistsBehavior: behavior }) }
  return { appSpec, warnings: findings.warnings, places: findings.places }
}

function readDocument(text: string, fileName: string, findings: Findings): Reader {
  const { root: node, notes } = load(text, fileName)
  const root = Reader.of(node, findings)
  if (root.isNil || (root.isString && root.text?.trim() === '')) {
    const message = "was empty: define at least the 'version' and 'os' properties (version: 0.0, os: linux)"
    throw new AppSpecError(fileName, [{ path: '', message }])
  }
  if (!root.isMap)
    throw new AppSpecError(fileName, [{ path: '', message: `must be a map, but is ${root.kind}`, at: root.at }])
  for (const note of mention(notes)) findings.warn('', note.message, note.at)
  return root
}

function load(text: string, fileName: string) {
  try {
    return loadYaml(text)
  } catch (error) {
    if (error instanceof YamlError)
      throw new AppSpecError(fileName, [{ path: '', message: error.message, at: error.at }])
    throw error
  }
}

/** Aliases once, whatever their number. */
function mention(notes: readonly YamlNote[]): YamlNote[] {
  const alias = notes.find(({ kind }) => kind === 'alias')
  const message = `${alias?.message}: AWS's agent takes aliases on Ruby 3.0 and older, and refuses the file on Ruby 3.1 and newer (Psych::BadAlias)`
  return notes.flatMap((note) => (note.kind !== 'alias' ? note : note === alias ? { ...note, message } : []))
}

function checkVersion(version: Reader): void {
  if ((version.type === 'integer' || version.type === 'float') && version.value === 0) return
  if (Object.is(version.value, -0)) return
  const quoted = /^[-+]?0*(\.0*)?$/.test(version.text ?? '') && version.isString
  const advice = quoted ? ', a text: write it without quotation marks' : ''
  version.problem(version.isNil ? 'is missing: write 0.0' : `must be the number 0.0, but is ${version.kind}${advice}`)
}

function checkOs(root: Reader): void {
  const os = root.get('os')
  if (os.isString && os.value === 'linux') return
  if (!os.isNil) {
    os.problem(`unsupported operating system ${os.kind}: only linux can be deployed to`)
    return
  }
  // Capitalised, as CloudFormation has it: the files of deployments without servers.
  const serverless = root.keys().find((key) => key === 'Resources')
  os.problem(
    serverless === undefined
      ? 'is missing: write linux'
      : 'is missing, and Resources is there: this is an AppSpec file for Lambda or ECS, and this action deploys to servers. Write os, files and hooks for servers, or use an action that deploys functions or services',
  )
}

function parseBehavior(value: Reader): FileExistsBehavior | undefined {
  if (value.isNil) return undefined
  const found = FILE_EXISTS_BEHAVIORS.find((behavior) => value.isString && behavior === value.value)
  if (found === undefined) value.problem(`must be ${FILE_EXISTS_BEHAVIORS.join(', ')} or absent, but is ${value.kind}`)
  return found
}

function warnOfKey(root: Reader, key: string): void {
  const right = KNOWN_KEYS.find((known) => known === key.toLowerCase())
  root.warnOfKey(key, right === undefined ? 'is unknown and ignored' : `is unknown and ignored: did you mean ${right}?`)
}
