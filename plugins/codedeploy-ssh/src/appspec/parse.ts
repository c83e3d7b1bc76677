/** Reads an AppSpec file the way version 2 of CodeDeploy's agent does, but tells all problems at once. */
import { defined } from '@penstock/core'
import { parseDocument } from 'yaml'
import { AppSpecError, FILE_EXISTS_BEHAVIORS, type FileExistsBehavior, type ParsedAppSpec } from './model.js'
import { parseFiles } from './parse-files.js'
import { parseHooks } from './parse-hooks.js'
import { parsePermissions } from './parse-permissions.js'
import { Findings, Reader } from './reader.js'

const KNOWN_KEYS = ['version', 'os', 'file_exists_behavior', 'files', 'hooks', 'permissions']

/**
 * Parses the text of an `appspec.yml`.
 * Errors: AppSpecError with every problem found.
 */
export function parseAppSpec(text: string, fileName = 'appspec.yml'): ParsedAppSpec {
  const findings = new Findings()
  const root = readDocument(text, fileName, findings)
  checkVersion(root.get('version'))
  checkOs(root.get('os'))
  const behavior = parseBehavior(root.get('file_exists_behavior'))
  const files = parseFiles(root.get('files'))
  const hooks = parseHooks(root.get('hooks'))
  const permissions = parsePermissions(root.get('permissions'))
  for (const key of root.keys()) if (!KNOWN_KEYS.includes(key)) warnOfKey(root.get(key), key)
  if (findings.problems.length > 0) throw new AppSpecError(fileName, findings.problems)
  const appSpec = { files, hooks, permissions, ...defined({ fileExistsBehavior: behavior }) }
  return { appSpec, warnings: findings.warnings }
}

function readDocument(text: string, fileName: string, findings: Findings): Reader {
  // YAML 1.1, as Ruby's Psych reads it: `0644` is octal, `yes` is true.
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    version: '1.1',
    merge: true,
    uniqueKeys: false,
    prettyErrors: true,
  })
  const [error] = document.errors
  if (error !== undefined)
    throw new AppSpecError(fileName, [{ path: '', message: `is not valid YAML: ${error.message}` }])
  const root = Reader.of(document, findings)
  if (root.isNil || (root.isString && root.text?.trim() === '')) {
    const message = "was empty: define at least the 'version' and 'os' properties (version: 0.0, os: linux)"
    throw new AppSpecError(fileName, [{ path: '', message }])
  }
  if (!root.isMap) throw new AppSpecError(fileName, [{ path: '', message: `must be a map, but is ${root.kind}` }])
  return root
}

function checkVersion(version: Reader): void {
  if (typeof version.value === 'number' && version.value === 0) return
  const quoted = version.isString ? ', a text: write it without quotation marks' : ''
  version.problem(version.isNil ? 'is missing: write 0.0' : `must be the number 0.0, but is ${version.kind}${quoted}`)
}

function checkOs(os: Reader): void {
  if (os.value === 'linux') return
  os.problem(
    os.isNil ? 'is missing: write linux' : `unsupported operating system ${os.kind}: only linux can be deployed to`,
  )
}

function parseBehavior(value: Reader): FileExistsBehavior | undefined {
  if (value.isNil) return undefined
  const found = FILE_EXISTS_BEHAVIORS.find((behavior) => behavior === value.value)
  if (found === undefined) value.problem(`must be ${FILE_EXISTS_BEHAVIORS.join(', ')} or absent, but is ${value.kind}`)
  return found
}

function warnOfKey(value: Reader, key: string): void {
  const right = KNOWN_KEYS.find((known) => known === key.toLowerCase())
  value.warn(right === undefined ? 'is unknown and ignored' : `is unknown and ignored: did you mean ${right}?`)
}
