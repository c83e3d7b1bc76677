import { keepVariables, quote } from '../variables.js'
import type { Buildspec, Phase, PhaseName } from './buildspec.js'

/**
 * The phases as one shell script, since version 0.2 runs all commands in one shell: what one exports or changes into, the
 * next one sees. `results` gets a line `<phase> <exit code>` as each phase ends. A command that leaves the shell
 * (`exit 1`, or any failure after `set -e`) ends its part of its phase; what must still run then runs from the EXIT trap.
 */
export function buildScript(spec: Buildspec, results: string, variables: string): string {
  const names = spec.phases.map((phase) => phase.name)
  return [
    prelude(results, keepVariables(spec.exportedVariables, variables)),
    ...spec.phases.map(phaseFunctions),
    `__ended() {\n  case $__phase/$__part in\n${spec.phases.map((phase) => transitions(phase, names)).join('')}  esac\n}\n`,
    `trap '__left $?' EXIT\n${begin(names[0])}\n__finish\n`,
  ].join('\n')
}

/** `__ended` is told how the running part of the running phase ended, and goes on from there. */
function prelude(results: string, keep: string): string {
  return `__phase= __part= __code=0 __failed=0
__run() {
  printf '%s\\n' "[$__phase] $ $1"
  eval "$1"
}
__report() {
  printf '%s %s\\n' "$__phase" "$__code" >>${quote(results)}
  if [ "$__code" -eq 0 ]; then
    printf '%s\\n' "[$__phase] succeeded"
  else
    __failed=1 CODEBUILD_BUILD_SUCCEEDING=0
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
  set +e
${keep}  exit "$__failed"
}
`
}

/** What follows a phase: the next one when it succeeded, and what CodeBuild's transitions say when it did not. */
export function following(phase: Phase, names: readonly PhaseName[], failed: boolean): PhaseName | undefined {
  const next = names[names.indexOf(phase.name) + 1]
  if (!failed || phase.onFailure === 'CONTINUE') return next
  // Only a failed build phase is still followed by its post_build.
  return phase.name === 'build' && phase.onFailure !== 'ABORT' ? next : undefined
}

function begin(name: PhaseName | undefined): string {
  return name === undefined ? ':' : `__begin_${name}`
}

function phaseFunctions({ name, commands, finally: last }: Phase): string {
  return `__commands_${name}() {
${runAll(commands)}}
__finally_${name}() {
${runAll(last)}}
__begin_${name}() {
  __phase=${name} __part=commands __code=0
  __commands_${name}
  __ended $?
}
`
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
    (command) => `  __run ${quote(command)}\n  __last=$?\n  [ "$__last" -eq 0 ] || return "$__last"\n`,
  )
  return `${lines.join('')}  return 0\n`
}
