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

export interface Program {
  run(args: readonly string[]): Promise<Ended>
  stop(): Promise<void>
}

/** Starts a program, unmodified, as that file has it. */
export function startProgram(file: string, env: NodeJS.ProcessEnv): Program {
  const python = /^#!\s*(\S*python[\d.]*)\s*$/.exec(firstLine(file))?.[1]
  return python === undefined ? eachByItself(file, env) : forked(python, file, env)
}

function firstLine(file: string): string {
  const start = Buffer.alloc(200)
  const descriptor = openSync(file, 'r')
  const count = readSync(descriptor, start)
  closeSync(descriptor)
  return start.toString('latin1', 0, count).split('\n')[0] ?? ''
}

function eachByItself(file: string, env: NodeJS.ProcessEnv): Program {
  return {
    run: (args) =>
      new Promise((resolve) =>
        execFile(file, args, { env, maxBuffer: 50_000_000 }, (error, out, err) => {
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
import awscli.clidriver, awscli.customizations, awscli.argprocess, awscli.formatter, botocore.client, botocore.httpsession
import urllib3, ssl
file = sys.argv[1]
def call(args, out, err):
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
        if child == 0: call(json.loads(line), out, err)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out.seek(0); err.seek(0)
        said = [it.read().decode(errors='replace') for it in (out, err)]
    print(json.dumps(dict(status=status if status >= 0 else 1, out=said[0], err=said[1])), flush=True)
`

function forked(python: string, file: string, env: NodeJS.ProcessEnv): Program {
  const child = spawn(python, ['-c', launcher, file], { env })
  const answers = answersOf(child)
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(args) {
      const answer = last.then(async () => {
        child.stdin.write(`${JSON.stringify(args)}\n`)
        return answers()
      })
      last = answer.catch(() => undefined)
      return answer
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.stdin.end()
      await closed
    },
  }
}

/** The next line that the launcher answers. Errors: it ended, with its last words. */
function answersOf(child: ChildProcessWithoutNullStreams): () => Promise<Ended> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let complaints = ''
  child.stderr.on('data', (piece: Buffer) => {
    complaints += piece
  })
  return async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the launcher ended: ${complaints}`)
    return JSON.parse(value)
  }
}
