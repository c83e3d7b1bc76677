import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../app/config.js'
import { print } from '../output.js'
import { paint } from '../terminal/paint.js'
import { type Places, placesFor } from './places.js'
import { run, type Step, works } from './step.js'
import { setUpConfiguration, setUpData, setUpNativeModule, setUpSandbox, setUpService, setUpUsers } from './steps.js'

/** How long a started service may take to answer, milliseconds. */
const patienceMs = 60_000

/**
 * `penstock setup`: whatever this machine lacks for a server, made once; what is there stays as it is. As root for the machine, with a service
 * where there is systemd; as anybody else at home. Errors: CommandFailed; those of the system.
 */
export async function setup(options: { readonly output?: string }): Promise<void> {
  const root = process.getuid?.() === 0
  const places = placesFor(root)
  const steps = [
    setUpNativeModule,
    () => setUpSandbox(places),
    () => setUpUsers(places),
    () => setUpConfiguration(places),
    () => setUpData(places),
    () => setUpService(places),
  ].map((step) => step())
  const address = addressOf(places)
  const answers = startable(steps) && (await startService(address))
  print(options.output, { steps, ...places, address, answers }, () => [
    ...steps.map(lineOf),
    ...(answers ? live(places, address) : next(places)),
  ])
}

function lineOf({ name, state, said }: Step): string {
  const colour = { there: paint.dim, made: paint.green, missing: paint.yellow }[state]
  return `${colour(state.padEnd(7))}  ${name}: ${said}`
}

function addressOf({ configFile }: Places): string {
  const { host, port, publicUrl } = loadConfig({ file: configFile }).server
  return publicUrl ?? `http://${host}:${port}`
}

function startable(steps: readonly Step[]): boolean {
  return existsSync('/run/systemd/system') && steps.some(({ name, state }) => name === 'service' && state !== 'missing')
}

async function startService(address: string): Promise<boolean> {
  run('systemctl', ['daemon-reload'])
  if (!works('systemctl', 'enable', '--now', 'penstock')) return false
  for (
    const deadline = Date.now() + patienceMs;
    Date.now() < deadline;
    await new Promise((wait) => setTimeout(wait, 250))
  )
    if (
      await fetch(`${address}/health`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return true
  return false
}

function live({ dataDir }: Places, address: string): string[] {
  return [`Penstock answers at ${address}`, `Sign in as admin; the password: ${passwordFile(dataDir)}`]
}

function next({ configFile, dataDir, kind }: Places): string[] {
  const command = `penstock serve --config ${configFile}`
  return [
    'Next:',
    `  ${kind === 'system' ? `runuser -u penstock -- ${command}` : command}`,
    `  the page wants the user admin, and the password that is in ${passwordFile(dataDir)} then`,
  ]
}

const passwordFile = (dataDir: string) => join(dataDir, 'secrets', 'initialAdminPassword')
