import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { DataFolderRefused, openDataFolder } from '../../src/app/data-folder.js'
import { lockFolder, lockHolder } from '../../src/app/folder-lock.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a new folder and its secrets are for their owner only', () => {
  const data = join(folder, 'a', 'data')
  openDataFolder(data)
  expect(statSync(data).mode & 0o777).toBe(0o700)
  expect(statSync(join(data, 'secrets')).mode & 0o777).toBe(0o700)
})

test.each([
  { it: 'a newer format', format: '2', says: 'written by a newer version' },
  { it: 'no format', format: 'x', says: 'must hold a number' },
])('refused: $it', ({ format, says }) => {
  writeFileSync(join(folder, 'format'), format)
  expect(() => openDataFolder(folder)).toThrow(DataFolderRefused)
  expect(() => openDataFolder(folder)).toThrow(says)
})

test('a folder that a living server has is refused, with its pid', () => {
  const release = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(`in use by the server with pid ${process.pid}`)
  expect(lockHolder(folder)).toBe(process.pid)
  release()
  expect(lockHolder(folder)).toBeUndefined()
  lockFolder(folder)()
})

test.each([
  { it: 'its process is gone', holder: { pid: 2 ** 22 + 1, started: '1', boot: '' } },
  { it: 'its pid is another process by now', holder: { pid: process.pid, started: '1', boot: '' } },
])('what a killed server left behind is taken over: $it', ({ holder }) => {
  writeFileSync(join(folder, 'server.lock'), JSON.stringify({ ...holder, host: hostname() }))
  expect(() => lockFolder(folder)()).not.toThrow()
})

test('a lock file that is no lock is taken over', () => {
  writeFileSync(join(folder, 'server.lock'), '')
  expect(() => lockFolder(folder)()).not.toThrow()
})

test('a lock of another machine counts while it is kept, and ends with its holder', () => {
  const lock = join(folder, 'server.lock')
  writeFileSync(lock, JSON.stringify({ pid: 1, started: '1', boot: 'b', host: 'elsewhere' }))
  expect(() => lockFolder(folder)).toThrow('pid 1 on elsewhere')
  expect(() => lockFolder(folder)).toThrow('try again in 60 s')
  utimesSync(lock, new Date(Date.now() - 61_000), new Date(Date.now() - 61_000))
  expect(() => lockFolder(folder)()).not.toThrow()
})

test('a server that has ended, and whose parent has not noticed, holds nothing', async () => {
  // The shell's child ends at once, and the program that takes the shell's place never asks for it.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(String(line).trim())
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    while (stat()[0] !== 'Z') await setImmediate()
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    writeFileSync(join(folder, 'server.lock'), JSON.stringify({ pid, started: stat()[19], boot, host: hostname() }))
    expect(lockHolder(folder)).toBeUndefined()
    expect(() => lockFolder(folder)()).not.toThrow()
  } finally {
    parent.kill('SIGKILL')
  }
})
