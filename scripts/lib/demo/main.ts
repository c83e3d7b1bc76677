/** The demo; see scripts/demo. */
import { checkWorld, expectSilence } from './check.js'
import { startWorld, type World } from './world.js'

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(args: readonly string[]): Promise<number> {
  const check = args.includes('--check')
  const unknown = args.find((arg) => arg !== '--check')
  if (unknown !== undefined) throw new Error(`unknown argument ${unknown}: there is only --check`)
  const interrupted = onInterrupt()
  const starting = startWorld(say)
  const world = await Promise.race([starting, interrupted.then(() => undefined)])
  if (world === undefined) return stopWorld(await starting, 130)
  let status = 0
  try {
    if (check) {
      await Promise.race([checkWorld(world, say), interrupted.then(() => Promise.reject(new Error('interrupted')))])
    } else {
      introduce(world)
      await Promise.race([interrupted, world.penstock.died])
    }
  } catch (error) {
    process.stderr.write(`FAILED: ${(error as Error).message}\n`)
    status = 1
  }
  return stopWorld(world, status)
}

async function stopWorld(world: World, status: number): Promise<number> {
  say('Stopping everything')
  await world.stop()
  await expectSilence(world)
  return status
}

function introduce({ penstock, deploying, release, git, fleet }: World): void {
  say('')
  say(`Status page:    ${penstock.url}/`)
  say(`  sign in as admin with the password in ${penstock.passwordFile}`)
  say(`Deployed pages: ${deploying.site.url} and, once its pipeline got there, ${release.site.url}`)
  say(`Repositories:   ${deploying.repositoryUrl} and ${release.repositoryUrl}`)
  say(`  clone one, change src/index.html.haml, push to ${git.url}: within a minute the pipeline runs`)
  say(`The pipeline "${release.name}" waits for your approval after its load test.`)
  if (fleet !== undefined)
    say(`The pipeline "${fleet.name}" deploys to ec2-user, ubuntu and admin, who become root by sudo.`)
  say('Ctrl-C ends everything.')
}

/** Resolves at the first Ctrl-C or TERM; the next ones are ignored, as the end is under way. */
function onInterrupt(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
}

main(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: Error) => {
    process.stderr.write(`FAILED: ${error.message}\n`)
    process.exit(1)
  },
)
