import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { JobFailed } from '../host/job-failed.js'
import { outputFile } from './captured-output.js'
import { Cgroup } from './sandbox/cgroup.js'
import { ulimits, ulimitsInside } from './sandbox/ulimits.js'
import type { StepSpec } from './step-files.js'
import { shellQuote } from './supervisor.js'

/** Variables that a shell keeps to itself and refuses to set; they are put in by env(1). */
const reserved = /^(?:UID|EUID|PPID|GROUPS|OPTIND|SHELLOPTS|BASHOPTS|BASH_.*)$/

function shellsOwn(env: Readonly<Record<string, string>>): readonly string[] {
  const own = Object.entries(env).filter(([name]) => reserved.test(name))
  return own.length === 0 ? [] : ['env', ...own.map(([name, value]) => `${name}=${value}`)]
}

function environmentScript(env: Readonly<Record<string, string>>): string {
  const lines = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new JobFailed(
        `environment variable "${name}": a name has letters, digits and _ only, and no digit first`,
        'ConfigurationError',
      )
    }
    if (value.includes('\0')) {
      throw new JobFailed(`environment variable "${name}" holds a NUL byte, which no process can be given`)
    }
    if (reserved.test(name)) return ''
    return `export ${name}=${shellQuote(value)}\n`
  })
  return lines.join('')
}

/**
 * What the supervisor runs. Braces make the shell read all of it before it empties the file, which may hold secrets.
 * PENSTOCK_STEP marks the command and all its descendants, and not the supervisor.
 * Errors: JobFailed for a variable that no shell can export.
 */
export function commandScript(spec: StepSpec): string {
  return `{
exec >>${shellQuote(spec.log)} 2>&1
: >${shellQuote(join(spec.folder, 'cmd'))}
{ echo 500 >/proc/self/oom_score_adj; } 2>/dev/null
${joined(spec)}umask 022
export PENSTOCK_STEP=${shellQuote(spec.folder)}
printf '%s\\n' ${shellQuote(`$ ${spec.title}`)}
${isBoxed(spec) ? '' : ulimits(spec.limits)}${spec.enclosure === undefined ? openly(spec) : enclosed(spec, spec.enclosure.command)}}
`
}

/** Before anything else runs: what is begun in the group stays there. Where it cannot be joined the command is not run. */
function joined({ cgroup }: StepSpec): string {
  return cgroup === undefined ? '' : `echo 0 >${shellQuote(new Cgroup(cgroup).door)} || exit 125\n`
}

/** A container's engine sets the limits. */
function isBoxed({ enclosure }: StepSpec): boolean {
  return enclosure?.container !== undefined
}

function openly(spec: StepSpec): string {
  return `${environmentScript(spec.env)}export PENSTOCK_STEP=${shellQuote(spec.folder)}
cd ${shellQuote(spec.cwd)} || exit 125
unset OLDPWD
exec ${words(spec)}${captured(spec)}
`
}

/**
 * The variables are the command's, and may come from a repository: the program that makes the enclosure must not have them
 * (LD_PRELOAD would run code outside). So a shell inside sets them, from a script that reaches it by its standard input.
 */
function enclosed(spec: StepSpec, command: readonly string[]): string {
  const end = `END_${randomBytes(8).toString('hex')}`
  return `exec ${command.map(shellQuote).join(' ')} /bin/sh 8>sandbox.json${captured(spec)} <<'${end}'
{
unset PWD OLDPWD SHLVL
${isBoxed(spec) ? '' : ulimitsInside(spec.limits)}${environmentScript(spec.env)}export PENSTOCK_STEP=${shellQuote(spec.folder)}
cd ${shellQuote(spec.cwd)} || exit 125
unset OLDPWD
exec ${words(spec)} </dev/null
}
${end}
`
}

/** Opened before the enclosure is entered, so nothing in there need reach the step's folder. */
function captured({ capture, folder }: StepSpec): string {
  return capture ? ` >>${shellQuote(outputFile(folder))}` : ''
}

function words(spec: StepSpec): string {
  return [...shellsOwn(spec.env), ...spec.command].map(shellQuote).join(' ')
}
