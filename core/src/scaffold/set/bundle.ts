/** The set in one file, for machines that reach no registry: the lock file, npm's tarballs under their hashes, tarballs of one's own. */
import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { placesOf, type SetConfig } from './declared.js'
import { installSet, SetRefused } from './install.js'
import { type Lock, readLock } from './lock.js'

const run = promisify(execFile)

/** What is in a bundle. */
const parts = { lock: 'lock.json', cache: 'cache', packages: 'packages' } as const

/**
 * Writes the bundle of what the lock file names. Errors: SetRefused when penstock.yaml and the lock file do not agree; NpmFailed.
 */
export async function writeBundle(config: SetConfig, file: string): Promise<readonly string[]> {
  const { lock: lockFile } = placesOf(config)
  return inTemporaryFolder(async (work) => {
    // A whole installation in a place of its own fills a cache with just what it needs, and checks all hashes.
    const dataDir = join(work, 'data')
    mkdirSync(join(dataDir, 'plugins'), { recursive: true })
    const kept = join(config.dataDir, 'plugins', 'packages')
    if (existsSync(kept)) cpSync(kept, join(dataDir, 'plugins', 'packages'), { recursive: true })
    await installSet({ ...config, dataDir }, { frozen: true, cache: join(work, 'npm') })
    const lock = readLock(lockFile) as Lock
    const out = join(work, 'bundle')
    mkdirSync(out)
    copyFileSync(lockFile, join(out, parts.lock))
    for (const content of contentsOf(lock)) {
      const from = join(work, 'npm', content)
      if (!existsSync(from)) continue // a tarball of one's own: it is among the packages
      mkdirSync(dirname(join(out, parts.cache, content)), { recursive: true })
      copyFileSync(from, join(out, parts.cache, content))
    }
    const packages = join(dataDir, 'plugins', 'packages')
    if (existsSync(packages)) cpSync(packages, join(out, parts.packages), { recursive: true })
    await run('tar', ['-czf', resolve(file), '--owner=0', '--group=0', '-C', out, '.'])
    return Object.keys(lock.packages).filter((path) => path !== '')
  })
}

/** Installs from a bundle, and asks no registry. Errors: SetRefused when it was made for another lock file; as installSet. */
export async function installBundle(config: SetConfig, file: string, frozen: boolean): Promise<readonly string[]> {
  const { lock: lockFile } = placesOf(config)
  return inTemporaryFolder(async (work) => {
    await run('tar', ['-xzf', resolve(file), '--no-same-owner', '-C', work]).catch((error: Error) => {
      throw new SetRefused(`${file} is no bundle: ${error.message.trim().split('\n').at(-1)}`)
    })
    const brought = join(work, parts.lock)
    if (!existsSync(brought)) throw new SetRefused(`${file} is no bundle: penstock plugin bundle makes one`)
    if (existsSync(lockFile) && readFileSync(lockFile, 'utf8') !== readFileSync(brought, 'utf8')) {
      throw new SetRefused(`${file} was made for another ${lockFile}: make it anew with penstock plugin bundle`)
    }
    if (!existsSync(lockFile)) {
      if (frozen)
        throw new SetRefused(`${lockFile} is not there, so --frozen has nothing to hold to: bring it from git`)
      copyFileSync(brought, lockFile)
    }
    const [cache, packages] = [join(work, parts.cache), join(work, parts.packages)]
    return installSet(config, { frozen: true, offline: true, cache, packages })
  })
}

/** Where npm keeps the content of each hash, below its cache. */
function contentsOf(lock: Lock): readonly string[] {
  return Object.values(lock.packages).flatMap(({ integrity }) => {
    const [algorithm, hash] = /^(sha\d+)-(\S+)/.exec(integrity ?? '')?.slice(1) ?? []
    if (algorithm === undefined || hash === undefined) return []
    const hex = Buffer.from(hash, 'base64').toString('hex')
    return [join('_cacache', 'content-v2', algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4))]
  })
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bundle-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
