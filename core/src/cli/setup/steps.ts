/** What `penstock setup` does, in order; each step looks first, and changes nothing that is there. */
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { installationFolder, lookAtNativeModule } from '../../store/native-module.js'
import { CommandFailed } from '../output.js'
import { type Places, shipped } from './places.js'
import { made, missing, run, type Step, there, works } from './step.js'

/** An upgrade of Node.js, or an installation without scripts, leaves it behind. Errors: CommandFailed. */
export function setUpNativeModule(): Step {
  const name = 'better-sqlite3'
  if (lookAtNativeModule() === undefined) return there(name, `fits Node.js ${process.version}`)
  process.stderr.write('Building better-sqlite3 for this Node.js (2 to 3 minutes where it must be compiled)\n')
  try {
    run('npm', ['rebuild', 'better-sqlite3', '--prefix', installationFolder()])
  } catch {} // what is wrong then says the look
  // In a process of its own: this one remembers what it could not load.
  const look = `const p = require(${JSON.stringify(resolve(__dirname, '../../store/native-module.js'))}).lookAtNativeModule(); if (p) { console.log(p.found + '\\n' + p.remedy); process.exit(1) }`
  try {
    run(process.execPath, ['-e', look])
  } catch (error) {
    const [found, remedy] = String((error as { stdout?: string }).stdout ?? '').split('\n')
    throw new CommandFailed(`${found}. ${remedy}. Debian has what it needs: apt-get install g++ make python3`)
  }
  return made(name, `built for Node.js ${process.version}`)
}

/** Builds run in it. */
export function setUpSandbox(places: Places): Step {
  const name = 'bubblewrap'
  if (works('bwrap', '--version')) return there(name, 'builds run in a sandbox')
  const command = works('apt-get', '--version') ? 'apt-get install bubblewrap' : 'dnf install bubblewrap'
  if (places.kind === 'system' && works('apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'bubblewrap'))
    return made(name, 'installed: builds run in a sandbox')
  return missing(name, `builds cannot be shut off from this machine without it: ${command}`)
}

/** The server's own account, and the one that builds have where root runs a server. */
export function setUpUsers(places: Places): Step {
  const [name, own, builds] = ['users', 'penstock', 'penstock-build']
  if (places.kind === 'user') return there(name, 'the server runs as you')
  const absent = [own, builds].filter((user) => !works('getent', 'passwd', user))
  for (const user of absent) {
    const home = user === own ? places.dataDir : '/nonexistent'
    run('useradd', [
      '--system',
      '--user-group',
      '--home-dir',
      home,
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      user,
    ])
  }
  return absent.length === 0 ? there(name, `${own}, ${builds}`) : made(name, absent.join(', '))
}

/** Errors: those of writing. */
export function setUpConfiguration({ configFile, dataDir, kind }: Places): Step {
  const name = 'configuration'
  if (existsSync(configFile)) return there(name, configFile)
  const template = shipped('penstock.yaml')
  const line = `dataDir: ${dataDir}`
  const text = template === undefined ? `${line}\n` : readFileSync(template, 'utf8').replace(/^# dataDir: \S+/m, line)
  mkdirSync(dirname(configFile), { recursive: true, mode: kind === 'system' ? 0o755 : 0o700 })
  // Tokens and passwords are written into it.
  writeFileSync(configFile, text, { flag: 'wx', mode: 0o640 })
  if (kind === 'system') chownSync(configFile, 0, groupOf('penstock'))
  return made(name, configFile)
}

export function setUpData({ dataDir, kind }: Places): Step {
  const name = 'data folder'
  if (existsSync(dataDir)) return there(name, dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  chmodSync(dataDir, 0o700)
  if (kind === 'system') chownSync(dataDir, Number(run('id', ['-u', 'penstock'])), groupOf('penstock'))
  return made(name, dataDir)
}

/** Of systemd, for the machine; a package brings its own. */
export function setUpService(places: Places): Step {
  const [name, own] = ['service', '/etc/systemd/system/penstock.service']
  if (places.kind === 'user') return missing(name, 'for a service of the machine, run penstock setup as root')
  const known = [own, '/usr/lib/systemd/system/penstock.service', '/lib/systemd/system/penstock.service'].find(
    existsSync,
  )
  if (known !== undefined) return there(name, known)
  const template = shipped('penstock.service')
  if (template === undefined || !existsSync('/etc/systemd/system')) return missing(name, 'this machine has no systemd')
  const command = `${process.execPath} ${resolve(process.argv[1] ?? '')} serve --config ${places.configFile}`
  const unit = readFileSync(template, 'utf8')
    .replace(/^ExecStart=.*$/m, `ExecStart=${command}`)
    .replace(/^Documentation=.*\n/m, '')
  writeFileSync(own, unit, { mode: 0o644 })
  return made(name, own)
}

function groupOf(user: string): number {
  return Number(run('id', ['-g', user]))
}
