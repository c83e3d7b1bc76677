/** A program that is called often. One written in Python is loaded once, and each call is a process of its own that starts from there. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { closeSync, openSync, readSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** What a call came to. */
export interface Ended {
  /** The exit status; 1 when a signal ended it. */
  readonly status: number
  readonly out: string
  readonly err: string
}

/** Where a call runs. */
export interface Surroundings {
  /** The whole environment. */
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
}

export interface Program {
  run(args: readonly string[], surroundings: Surroundings): Promise<Ended>
  stop(): Promise<void>
}

/** A program, unmodified, as that file has it. Calls may overlap. */
export function programOf(file: string): Program {
  const python = /^#!\s*(\S*python[\d.]*)\s*$/.exec(firstLine(file))?.[1]
  return python === undefined ? eachByItself(file) : forked(python, file)
}

function firstLine(file: string): string {
  const start = Buffer.alloc(200)
  const descriptor = openSync(file, 'r')
  const count = readSync(descriptor, start)
  closeSync(descriptor)
  return start.toString('latin1', 0, count).split('\n')[0] ?? ''
}

function eachByItself(file: string): Program {
  return {
    run: (args, surroundings) =>
      new Promise((resolve) =>
        execFile(file, args, { ...surroundings, maxBuffer: 50_000_000 }, (error, out, err) => {
          const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
          resolve({ status, out, err })
        }),
      ),
    stop: async () => {},
  }
}

/** Imports what the program imports; then, for each line, forks a process that runs the file as Python would. */
const launcher = `
import json, os, runpy, sys, tempfile
before = dict(os.environ)
import awscli.clidriver, awscli.customizations, awscli.argprocess, awscli.formatter, botocore.client, botocore.httpsession
import urllib3, ssl
file = sys.argv[1]
set_by_imports = {name: value for name, value in os.environ.items() if before.get(name) != value}
def call(args, env, cwd, out, err):
    os.environ.clear(); os.environ.update(set_by_imports); os.environ.update(env); os.chdir(cwd)
    os.dup2(out.fileno(), 1); os.dup2(err.fileno(), 2)
    sys.stdout, sys.stderr = open(1, 'w', closefd=False), open(2, 'w', closefd=False)
    sys.stdin = open(os.devnull); sys.argv = [file, *args]
    status = 0
    try: runpy.run_path(file, run_name='__main__')
    except SystemExit as end: status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        import traceback; traceback.print_exc(); status = 1
    sys.stdout.flush(); sys.stderr.flush()
    os._exit(status)
for line in sys.stdin:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0: call(*json.loads(line), out, err)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0); err.seek(0)
        said = [it.read().decode(errors='replace') for it in (out, err)]
    print(json.dumps(dict(status=status if status >= 0 else 1, out=said[0], err=said[1])), flush=True)
`

interface Launcher {
  call(line: string): Promise<Ended>
  stop(): Promise<void>
}

function forked(python: string, file: string): Program {
  const all: Launcher[] = []
  const idle: Launcher[] = []
  const next = () => {
    const launcher = idle.pop() ?? launch(python, file)
    if (!all.includes(launcher)) all.push(launcher)
    return launcher
  }
  return {
    async run(args, { env, cwd = '/' }) {
      const launcher = next()
      const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
      const ended = await launcher.call(JSON.stringify([args, set, cwd]))
      idle.push(launcher)
      return ended
    },
    async stop() {
      idle.length = 0
      await Promise.all(all.splice(0).map((launcher) => launcher.stop()))
    },
  }
}

/** Starts Python with what the program imports. Errors of a call: Python ended, with its last words. */
function launch(python: string, file: string): Launcher {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent' }
  const child: ChildProcessWithoutNullStreams = spawn(python, ['-c', launcher, file], { env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let complaints = ''
  child.stderr.on('data', (piece: Buffer) => {
    complaints += piece
  })
  return {
    async call(line) {
      child.stdin.write(`${line}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`the launcher ended: ${complaints}`)
      return JSON.parse(value)
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.stdin.end()
      await closed
    },
  }
}
