/** `penstock worker` as a process against a server that runs no actions itself, on both databases, over a network that is lost at will. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRunning } from '../support/processes.js'
import { until, World } from './support/world.js'

describe.each(['SQLite', 'PostgreSQL'] as const)('%s', (dialect) => {
  let world: World
  /** What a lost network and a loud build do is the same on both databases: on the second in the long form alone. */
  const once = dialect === 'SQLite' || process.env.PENSTOCK_LONG === '1' ? test : test.skip

  beforeAll(async () => {
    world = new World(dialect)
    await world.start()
  }, 60_000)
  afterEach(() => world.endWorkers())
  afterAll(() => world?.stop(), 60_000)

  /** Notes its beginning and end, prints, and waits in between until the test lets it go on. */
  const gated = (name: string) => `echo "begin ${name}" >>'${world.folder}/ledger'
echo "first words of ${name}"
while [ ! -e '${world.folder}/${name}.go' ]; do rm '${world.folder}/${name}.say' 2>/dev/null && echo said; sleep 0.05; done
i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); echo "line $i"; done
echo "end ${name}" >>'${world.folder}/ledger'`

  const letGo = (name: string) => writeFileSync(join(world.folder, `${name}.go`), '')
  const lines = Array.from({ length: 2000 }, (_, i) => `line ${i + 1}\n`).join('')
  const firstWords = (name: string) =>
    until(async () => (await world.log(name, 'Run1')).text.includes(`first words of ${name}`), `${name} speaks`)
  const onceOf = (name: string) => world.ledger().filter((line) => line.endsWith(` ${name}`))

  test('a pipeline builds elsewhere: its log is live and whole, its outputs arrive, its secrets stay', async () => {
    const worker = await world.work('first')
    await world.build('shop', [
      `${gated('shop')}\nprintf built >product`,
      'cat product; echo; echo "the key is $KEY"; printf %s "$KEY" | rev',
    ])
    await firstWords('shop')
    writeFileSync(join(world.folder, 'shop.say'), '')
    await until(async () => (await world.log('shop', 'Run1')).text.includes('said\n'), 'the next word')
    expect((await world.log('shop', 'Run1')).complete).toBe(false)
    letGo('shop')
    expect(await world.ended('shop', 'Run2')).toMatchObject({ status: 'Succeeded' })
    expect(await world.wholeLog('shop', 'Run1')).toContain(`first words of shop\nsaid\n${lines}`)
    const log = await world.wholeLog('shop', 'Run2')
    expect(log).toContain('built\nthe key is ****\nyrettab esroh tcerroc')
    expect(log).not.toContain('correct horse')
    expect(onceOf('shop')).toEqual(['begin shop', 'end shop'])
    // Nothing is left of it on the worker's disk; the log is the server's alone.
    await until(() => readdirSync(join(world.folder, 'first', 'work')).length === 0, 'the worker clears up')
    expect(await worker.end('SIGTERM')).toBe(0)
  }, 180_000)

  once(
    'a network that is lost, silently and then at once: nothing is lost or run twice',
    async () => {
      const worker = await world.work('second')
      await world.build('net', [gated('net')])
      await firstWords('net')
      world.network.halt()
      letGo('net')
      await until(() => onceOf('net').length === 2, 'the build goes on without a network')
      world.network.cut()
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      expect(await world.action('net', 'Run1')).toMatchObject({ status: 'InProgress' })
      world.network.restore()
      expect(await world.ended('net', 'Run1')).toMatchObject({ status: 'Succeeded' })
      expect(await world.wholeLog('net', 'Run1')).toContain(`first words of net\n${lines}`)
      expect(onceOf('net')).toEqual(['begin net', 'end net'])
      await worker.end('SIGTERM')
    },
    180_000,
  )

  test('a server that restarts, and was away for longer than a lease', async () => {
    const worker = await world.work('third')
    await world.build('restart', [gated('restart')])
    await firstWords('restart')
    const { port } = world.server
    await world.server.stop()
    letGo('restart')
    await until(() => onceOf('restart').length === 2, 'the build goes on without a server')
    world.skew += 200_000
    await world.startServer(undefined, port)
    expect(await world.ended('restart', 'Run1')).toMatchObject({ status: 'Succeeded' })
    expect(await world.wholeLog('restart', 'Run1')).toContain(`first words of restart\n${lines}`)
    expect(onceOf('restart')).toEqual(['begin restart', 'end restart'])
    await worker.end('SIGTERM')
  }, 180_000)

  test('a worker that is killed goes on with what it had', async () => {
    const worker = await world.work('fourth')
    await world.build('killed', [gated('killed')])
    await firstWords('killed')
    await worker.end('SIGKILL')
    letGo('killed')
    await until(() => onceOf('killed').length === 2, 'the build goes on without a worker')
    const next = await world.work('fourth')
    expect(await world.ended('killed', 'Run1')).toMatchObject({ status: 'Succeeded' })
    expect(await world.wholeLog('killed', 'Run1')).toContain(`first words of killed\n${lines}`)
    expect(onceOf('killed')).toEqual(['begin killed', 'end killed'])
    await next.end('SIGTERM')
  }, 180_000)

  once(
    'a worker that starts before its server waits for it',
    async () => {
      world.network.cut()
      const worker = world.beginToWork('early')
      // However long its start takes: it must have asked in vain.
      await until(() => worker.said().includes('does not answer yet'), 'the worker finds no server')
      world.network.restore()
      await world.working(worker)
      expect(worker.child.exitCode).toBeNull()
      await world.build('early', ['true'])
      expect(await world.ended('early', 'Run1')).toMatchObject({ status: 'Succeeded' })
      await worker.end('SIGTERM')
    },
    120_000,
  )

  test('a stopped execution ends the build at once', async () => {
    const worker = await world.work('fifth')
    const pipelineExecutionId = await world.build('stopped', [`sleep 4321.5 &\n${gated('stopped')}`])
    await firstWords('stopped')
    expect(isRunning('sleep 4321.5')).toBe(true)
    const by = {
      name: 'admin',
      arn: 'arn:aws:iam::000000000000:user/admin',
      policies: ['AWSCodePipeline_FullAccess'] as const,
    }
    await world.server.services.operations.stopPipelineExecution(by, {
      pipelineName: 'stopped',
      pipelineExecutionId,
      abandon: true,
    })
    await until(() => !isRunning('sleep 4321.5'), 'the build ends')
    expect(onceOf('stopped')).toEqual(['begin stopped'])
    await until(async () => (await world.log('stopped', 'Run1')).complete, 'the log is closed')
    await worker.end('SIGTERM')
  }, 180_000)

  test('a worker that is gone for good: its job is reported lost, with its name', async () => {
    const worker = await world.work('sixth')
    await world.build('lost', [gated('lost')])
    await firstWords('lost')
    await worker.end('SIGKILL')
    // Half a minute by the database's clock: a clock that jumps takes no worker for lost.
    const { status, output } = (await world.ended('lost', 'Run1')) as unknown as {
      status: string
      output: { executionResult?: { errorDetails?: { code: string; message: string } } }
    }
    expect(status).toBe('Failed')
    expect(JSON.stringify(output)).toMatch(/its worker builder\/sixth-[0-9a-f]{8} has not been heard of/)
    letGo('lost')
    expect((await world.log('lost', 'Run1')).complete).toBe(false) // for some minutes: the rest may come
    world.skew += 400_000
    expect(await world.wholeLog('lost', 'Run1')).toContain('first words of lost')
    // It comes back too late: what it did is not taken, and what it left goes.
    const next = await world.work('sixth')
    await until(() => readdirSync(join(world.folder, 'sixth', 'work')).length === 0, 'the worker clears up')
    expect(await world.action('lost', 'Run1')).toMatchObject({ status: 'Failed' })
    await next.end('SIGTERM')
  }, 180_000)

  once(
    'a loud build and a large output: 20 MB of log, 30 MB that no zip makes smaller',
    async () => {
      const worker = await world.work('seventh')
      await world.build('large', [
        'head -c 15000000 /dev/urandom | base64 -w 99\nhead -c 30000000 /dev/urandom >big\nsha256sum big >sum',
        'sha256sum -c sum',
      ])
      expect(await world.ended('large', 'Run2')).toMatchObject({ status: 'Succeeded' })
      const log = await world.wholeLog('large', 'Run1')
      const lines = log.split('\n').filter((line) => /^[A-Za-z0-9+/=]{1,99}$/.test(line))
      expect(lines.join('')).toHaveLength(20_000_000)
      await worker.end('SIGTERM')
    },
    180_000,
  )

  once.each([
    {
      it: "AWS's policy for job workers is not enough",
      policy: 'AWSCodePipelineCustomActionAccess' as const,
      args: [],
      says: /not authorized to perform: penstock:Heartbeat/,
    },
    {
      it: 'another region',
      policy: 'PenstockWorkerAccess' as const,
      args: ['--region', 'eu-west-1'],
      says: /Use 'us-east-1'/,
    },
  ])(
    'refused at the start: $it',
    async ({ policy, args, says }) => {
      const worker = await world.work('refused', { keys: await world.keysOf(policy), args })
      expect(worker.said()).toMatch(says)
      expect(worker.child.exitCode).toBe(1)
      await worker.end('SIGKILL')
    },
    60_000,
  )
})
