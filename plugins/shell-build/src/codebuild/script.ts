import { keepVariables, quote, unixLines } from '../variables.js'
import type { Buildspec } from './buildspec.js'
import type { Phase, PhaseName } from './phase.js'

/** Where a build's script leaves what is known when it is over. */
export interface ScriptPlaces {
  /** Gets a line `<phase> <exit code>` as each phase ends; with the phase's name behind a dot, the command that failed. */
  readonly results: string
  /** A folder that gets a file for each exported variable. */
  readonly variables: string
  /** Texts with shell expressions, and the file that each one's value goes to. */
  readonly expressions: ReadonlyMap<string, string>
}

/**
 * The phases as one shell script, since version 0.2 runs all commands in one shell: what one exports or changes into, the
 * next one sees. A command that leaves the shell (`exit 1`, or any failure after `set -e`) ends its part of its phase; what
 * must still run then runs from the EXIT trap. Version 0.1 runs each command in a shell of its own.
 */
export function buildScript(spec: Buildspec, places: ScriptPlaces): string {
  const names = spec.phases.map((phase) => phase.name)
  return [
    prelude(spec, places),
    ...spec.phases.map(phaseFunctions),
    `__ended() {\n  case $__phase/$__part in\n${spec.phases.map((phase) => transitions(phase, names)).join('')}  esac\n}\n`,
    `trap '__left $?' EXIT\n${begin(names[0])}\n__finish\n`,
  ].join('\n')
}

/** `__ended` is told how the running part of the running phase ended, and goes on from there. */
function prelude(spec: Buildspec, places: ScriptPlaces): string {
  const run = spec.version === '0.1' ? '(eval "$1")' : 'eval "$1"'
  return `__phase= __part= __code=0 __failed=0 __command=
__run() {
  __command=$1
  printf '%s\\n' "[$__phase] $ $1"
  ${run}
}
__report() {
  printf '%s %s\\n' "$__phase" "$__code" >>${quote(places.results)}
  if [ "$__code" -eq 0 ]; then
    printf '%s\\n' "[$__phase] succeeded"
  else
    __failed=1 CODEBUILD_BUILD_SUCCEEDING=0
    printf '%s' "$__command" >${quote(places.results)}."$__phase"
    printf '%s\\n' "[$__phase] failed with exit code $__code"
  fi
}
__left() {
  trap - EXIT
  set +e
  __ended "$1"
  __finish
}
__finish() {
  trap - EXIT
  set +eu
${keepVariables(spec.exportedVariables, places.variables)}${evaluate(places.expressions)}  exit "$__failed"
}
`
}

/** Each text as a shell reads it between double quotes, at the build's end. */
export function evaluate(expressions: ReadonlyMap<string, string>): string {
  const lines = [...expressions].map(
    ([text, file]) => `  printf '%s' "${text.replaceAll('"', '\\"')}" >${quote(file)}\n`,
  )
  // A text that is no shell must not keep the others from being read.
  return lines.map((line) => `  (eval ${quote(line.trim())}) || :\n`).join('')
}

/** What follows a phase: the next one when it succeeded, and what CodeBuild's transitions say when it did not. */
export function following(phase: Phase, names: readonly PhaseName[], failed: boolean): PhaseName | undefined {
  const next = names[names.indexOf(phase.name) + 1]
  if (!failed || phase.onFailure === 'CONTINUE') return next
  // Only a failed build phase is still followed by its post_build.
  return phase.name === 'build' && phase.onFailure === undefined ? next : undefined
}

function begin(name: PhaseName | undefined): string {
  return name === undefined ? ':' : `__begin_${name}`
}

function phaseFunctions({ name, commands, finally: last, runtimeVersions }: Phase): string {
  return `__commands_${name}() {
${Object.entries(runtimeVersions).map(tellVersion).join('')}${runAll(commands)}}
__finally_${name}() {
${runAll(last)}}
__begin_${name}() {
  __phase=${name} __part=commands __code=0
  __commands_${name}
  __ended $?
}
`
}

/** Of each language: what is asked for its version. */
const versionCommands: Readonly<Record<string, string>> = {
  android: 'java -version',
  docker: 'docker --version',
  dotnet: 'dotnet --version',
  golang: 'go version',
  java: 'java -version',
  nodejs: 'node --version',
  php: 'php --version',
  python: 'python3 --version',
  ruby: 'ruby --version',
}

/** Versions are not chosen: what is there is shown beside what is wanted. */
function tellVersion([language, wanted]: readonly [string, string]): string {
  const command = versionCommands[language]
  const found = command === undefined ? "''" : `"$( (${command}) 2>&1 | head -n 1)"`
  const text = `runtime-versions: ${language} ${wanted} is wanted; the build's PATH has: %s\\n`
  return `  printf ${quote(text)} ${found}\n`
}

function transitions(phase: Phase, names: readonly PhaseName[]): string {
  const { name } = phase
  return `    ${name}/commands)
      __code=$1 __part=finally
      __finally_${name}
      __ended $? ;;
    ${name}/finally)
      [ "$__code" -ne 0 ] || __code=$1
      __part=over
      __report
      if [ "$__code" -eq 0 ]; then ${begin(following(phase, names, false))}; else ${begin(following(phase, names, true))}; fi ;;
`
}

/** Not `cmd || return`: a shell takes no notice of the user's `set -e` inside of what is judged in such a way. */
function runAll(commands: readonly string[]): string {
  const lines = commands.map(
    (command) => `  __run ${quote(unixLines(command))}\n  __last=$?\n  [ "$__last" -eq 0 ] || return "$__last"\n`,
  )
  return `${lines.join('')}  return 0\n`
}
