/** Sessions that the server has given up and that go on at the host: what they send late must neither run nor break anything. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalShell } from '../../src/shell/local-shell.js'
import { pump } from '../../src/shell/pump.js'
import { type ByteSource, ConnectionLost, type Exit, type RunOptions, type Shell } from '../../src/shell/shell.js'
import { untilAborted } from '../../src/shell/until-aborted.js'
import { script, writeBundle } from '../support/bundle.js'
import { deployLocal } from '../support/deploy-local.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-late-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/**
 * Its first session is lost before the last piece was sent: the host gets that piece, or nothing more, when it is let go. Later
 * sessions are like any other.
 */
class LateShell extends LocalShell {
  private readonly loss = new AbortController()
  private goOn = (_whole: boolean) => {}
  private readonly released = new Promise<boolean>((resolve) => {
    this.goOn = resolve
  })
  /** Whether all but the last piece was sent. */
  isHeld = false
  /** When the host is done with the first session. */
  ended: Promise<void> | undefined

  override upload(source: ByteSource, command: string, options: Omit<RunOptions, 'input'> = {}): Promise<Exit> {
    if (this.ended !== undefined) return super.upload(source, command, options)
    const child = spawn('/bin/sh', ['-c', command])
    child.stdout.on('data', (piece: Buffer) => options.onOutput?.(piece))
    child.stdin.on('error', () => undefined)
    const exit = new Promise<Exit>((resolve) => {
      child.once('close', (code) => resolve({ code: code ?? undefined, stderr: '' }))
    })
    this.ended = new Promise((resolve) => void child.once('exit', () => resolve()))
    void pump(this.allButTheLast(source), child.stdin)
    const deaf = () => void [child.stdout, child.stderr].map((stream) => stream.destroy())
    return untilAborted(untilAborted(exit, this.loss.signal, deaf), options.signal, deaf)
  }

  lose(): void {
    this.loss.abort(new ConnectionLost('the connection was lost', true))
  }

  async letGo(whole: boolean): Promise<void> {
    this.goOn(whole)
    await this.ended
  }

  private async *allButTheLast(source: ByteSource): AsyncGenerator<Uint8Array> {
    let kept: Buffer | undefined
    let sending = false
    for await (const piece of source) {
      if (kept !== undefined) yield kept
      kept = sending ? Buffer.from(piece) : undefined
      if (!sending) yield piece
      sending ||= Buffer.from(piece).toString() === 'send\n'
    }
    this.isHeld = true
    if ((await this.released) && kept !== undefined) yield kept
  }
}

const SPEC = 'version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - location: hook.sh\n'

const runs = () => (existsSync(join(folder, 'runs')) ? readFileSync(join(folder, 'runs'), 'utf8') : '')
const left = () => readdirSync(join(folder, 'root/g1')).filter((name) => name.startsWith('upload-'))

/** A deployment whose first session is late; its hook waits for a file. */
function begin(signal?: AbortSignal) {
  const late = new LateShell()
  const shells: Shell[] = [late]
  const bundle = writeBundle(join(folder, 'bundle'), {
    'appspec.yml': SPEC,
    'hook.sh': script(`echo run >>${folder}/runs; while [ ! -e ${folder}/go ]; do sleep 0.05; done; cat big | wc -c`),
    big: 'x'.repeat(3_000_000),
  })
  const running = deployLocal({
    bundle,
    root: join(folder, 'root'),
    id: 'd-1',
    shell: async () => shells.shift() ?? new LocalShell(),
    ...(signal === undefined ? {} : { signal }),
  })
  return { late, running }
}

const go = () => writeFileSync(join(folder, 'go'), '')

test.each([
  ['ends whole', true],
  ['is cut', false],
])('an upload that %s after the stop runs nothing', async (_, whole) => {
  const stop = new AbortController()
  const { late, running } = begin(stop.signal)
  await eventually('all but the last piece is sent', () => late.isHeld)
  stop.abort(new Error('stopped'))
  expect(await running).toMatchObject({ stopped: true, message: 'stopped before the first event', events: [] })
  go()
  await late.letGo(whole)
  expect(runs()).toBe('')
  expect(left()).toEqual([])
})

test.each([
  ['ends whole', true],
  ['is cut', false],
])('an upload of a lost session that %s while the next one runs changes nothing', async (_, whole) => {
  const { late, running } = begin()
  await eventually('all but the last piece is sent', () => late.isHeld)
  late.lose()
  await eventually('the hook runs', () => runs() !== '')
  void late.letGo(whole)
  // The late session follows the run, where it was whole.
  if (!whole) await late.ended
  go()
  const result = await running
  expect(result.status).toBe('Succeeded')
  expect(result.output).toEqual(['AfterInstall hook.sh stdout|3000000'])
  await late.ended
  expect(runs()).toBe('run\n')
  expect(left()).toEqual([])
})

test('of two sessions with the same deployment one runs it, and both follow', async () => {
  const { late, running } = begin()
  await eventually('all but the last piece is sent', () => late.isHeld)
  late.lose()
  // Ends at about the time at which the next one does.
  void late.letGo(true)
  go()
  const result = await running
  expect(result).toMatchObject({ status: 'Succeeded', output: ['AfterInstall hook.sh stdout|3000000'] })
  await late.ended
  expect(runs()).toBe('run\n')
  expect(left()).toEqual([])
})
