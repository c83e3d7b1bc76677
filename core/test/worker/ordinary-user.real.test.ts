import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'

jest.setTimeout(60_000)

/**
 * As the unit in config/penstock.service runs the server: somebody without a name or any right, who gets no new ones
 * (NoNewPrivileges, an empty CapabilityBoundingSet). By anybody but root, as oneself.
 */
const ordinary = [
  'setpriv',
  '--reuid=65533',
  '--regid=65533',
  '--clear-groups',
  '--bounding-set=-all',
  '--inh-caps=-all',
]
const asUser = process.getuid?.() === 0 ? [...ordinary, '--no-new-privs'] : ['setpriv', '--no-new-privs']

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-ordinary-'))
  if (process.getuid?.() === 0) chownSync(folder, 65533, 65533)
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('an ordinary user without any right makes the same sandbox', () => {
  const program = join(folder, 'ordinary.js')
  const entry = join(__dirname, 'fixtures/ordinary-sandbox.ts')
  buildSync({ entryPoints: [entry], bundle: true, platform: 'node', outfile: program, external: ['better-sqlite3'] })
  const script =
    'id -un; grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; ls /proc | grep -c "^[0-9]"; touch here /tmp/there ~/home; ls /root; exit 3'
  const [command = '', ...words] = [...asUser, process.execPath, program, folder, script]
  const said = JSON.parse(
    execFileSync(command, words, {
      encoding: 'utf8',
      cwd: folder,
      env: { ...process.env, TMPDIR: folder },
    }),
  ) as Record<string, string>
  expect(said.problem).toBeUndefined()
  expect(said.outcome).toEqual({ kind: 'exited', exitCode: 3 })
  expect(said.log).toMatch(/^\$ it\nbuild\nCapEff:\t0+\nNoNewPrivs:\t1\n[3-6]\n/)
})
