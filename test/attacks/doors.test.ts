/** What each party must never reach, tried on a whole server; and the holes that must turn it red. */
import type { PolicyDocument } from '@penstock/core'
import { formsOf } from '../../core/src/worker/mask-variants.js'
import {
  ended,
  type Hole,
  kept,
  leaks,
  loud,
  pages,
  pipelineOf,
  planted,
  shown,
  startWorld,
  type World,
} from './world.js'

jest.setTimeout(120_000) // real builds, on machines that are busy

let world: World
const start = async (hole?: Hole) => {
  world = await startWorld(hole)
}
const operations = () => world.server.services.operations
const allow = (Action: string | string[], Resource: string | string[] = '*'): PolicyDocument['Statement'][number] => ({
  Effect: 'Allow',
  Action,
  Resource,
})
const codes = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { code?: string }) => error.code ?? 'defect',
  )

/** A team's user tries to use the secret of another pipeline. */
async function stealByPipeline(): Promise<string> {
  await operations().putSecret(world.admin, { name: 'prod-key', value: planted, pipelines: ['prod'] })
  const ann = world.who('ann', allow('codepipeline:*', 'arn:aws:codepipeline:us-east-1:000000000000:team-*'))
  const pipeline = pipelineOf(world, 'team-x', 'printenv T | rev', { Environment: '{"T":"{{secret:prod-key}}"}' })
  return codes(operations().createPipeline(ann, { pipeline }))
}

/** A custom worker asks for the jobs of a type that a plugin runs. */
function pollForBuiltIn(): Promise<string> {
  const worker = world.who('jenkins', allow('codepipeline:PollForJobs'))
  const actionTypeId = { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' } as const
  return codes(operations().pollForJobs(worker, { actionTypeId }))
}

describe('the doors', () => {
  beforeAll(() => start())
  afterAll(() => world.stop())

  test("a team's pipeline does not get another pipeline's secret, at save or by a variable at run", async () => {
    expect(await stealByPipeline()).toBe('InvalidActionDeclarationException')
    const pipeline = pipelineOf(
      world,
      'team-y',
      'printf %s "$M" | rev; case "$M" in *secret:*) exit 0;; *) exit 9;; esac',
      {
        Environment: '{"M":"#{variables.Said}"}',
      },
    )
    await operations().createPipeline(world.admin, { pipeline })
    await ended(world, 'team-y')
    const variables = [{ name: 'Said', value: '{{secret:prod-key}}' }]
    await operations().startPipelineExecution(world.admin, { name: 'team-y', variables })
    expect(await ended(world, 'team-y')).toBe('Succeeded')
    expect(await shown(world, 'team-y')).not.toContain([...planted].reverse().join(''))
  })

  test('a planted secret is in no output, in no form, though the build prints it in all of them', async () => {
    await operations().putSecret(world.admin, { name: 'loud', value: planted })
    const pipeline = pipelineOf(world, 'loud', loud, { Environment: '{"T":"{{secret:loud}}"}', Shell: 'bash' })
    await operations().createPipeline(world.admin, { pipeline })
    expect(await ended(world, 'loud')).toBe('Failed')
    expect(leaks(await shown(world, 'loud'))).toEqual([])
    const shownPages = await pages(world)
    expect([...shownPages.keys()].filter((path) => path.includes('loud')).length).toBeGreaterThan(2)
    expect([...shownPages].filter(([, text]) => leaks(text).length > 0).map(([path]) => path)).toEqual([])
    const atRest = await kept(world)
    expect([...atRest.keys()].some((path) => path.endsWith('penstock.db'))).toBe(true)
    expect([...atRest].filter(([, bytes]) => leaks(bytes).length > 0).map(([path]) => path)).toEqual([])
  })

  test.each(['Timeout', 'Environment', 'Shell'])(
    'an error about %s quotes nothing of the secret in it',
    async (property) => {
      const name = `err-${property}`
      await operations().putSecret(world.admin, { name: 'loud', value: planted })
      const text = property === 'Environment' ? '{"T": {{secret:loud}} }' : '{{secret:loud}}'
      await operations().createPipeline(world.admin, {
        pipeline: pipelineOf(world, name, 'true', { [property]: text }),
      })
      expect(await ended(world, name)).toBe('Failed')
      const everything = await shown(world, name)
      expect(leaks(everything)).toEqual([])
      expect(everything).not.toContain(planted.slice(0, 6))
    },
  )

  test("a custom worker gets no job of a plugin's type, but those of its own", async () => {
    expect(await pollForBuiltIn()).toBe('AccessDeniedException')
    const details = { minimumCount: 0, maximumCount: 1 }
    const type = { category: 'Build', provider: 'Mine', version: '1' } as const
    await operations().createCustomActionType(world.admin, {
      ...type,
      inputArtifactDetails: details,
      outputArtifactDetails: details,
    })
    const mine = 'arn:aws:codepipeline:us-east-1:000000000000:actiontype:Custom/Build/Mine/1'
    const worker = world.who('mine', allow('codepipeline:PollForJobs', mine))
    const poll = (provider: string) =>
      codes(operations().pollForJobs(worker, { actionTypeId: { ...type, owner: 'Custom', provider } }))
    expect(await poll('Mine')).toBe('done')
    expect(await poll('Shell')).toBe('AccessDeniedException')
  })

  test('who may not administer may neither list nor change secrets, users and sessions', async () => {
    const ann = world.who('ann', allow('codepipeline:*'))
    const tries = [
      operations().listSecrets(ann, {}),
      operations().putSecret(ann, { name: 'x', value: 'y' }),
      operations().deleteSecret(ann, { name: 'loud' }),
      operations().listUsers(ann, {}),
      operations().createUser(ann, { userName: 'eve', password: 'correct horse battery', policies: [] }),
      operations().putUserPolicies(ann, { userName: 'admin', policies: [] }),
      operations().setUserStatus(ann, { userName: 'admin', enabled: false }),
      operations().listSessions(ann, {}),
      operations().endSession(ann, { userName: 'admin' }),
    ]
    expect(await Promise.all(tries.map(codes))).toEqual(tries.map(() => 'AccessDeniedException'))
  })

  test("a stranger's pull request starts nothing, and its commit gets no secret where it may run", async () => {
    const pipeline = pipelineOf(world, 'forks', 'true', { Environment: '{"T":"{{secret:loud}}"}' })
    const [source] = pipeline.stages
    const gitConfiguration = { sourceActionName: 'Fetch', pullRequest: [{ events: ['OPEN' as const] }] }
    const triggers = [{ providerType: 'CodeStarSourceConnection' as const, gitConfiguration }]
    await operations().createPipeline(world.admin, { pipeline: { ...pipeline, triggers } })
    await ended(world, 'forks')
    const revisionId = await world.git.commit('acme/site', { evil: 'x' }, 'Evil', { branch: 'evil', from: 'main' })
    const fork = { repository: 'eve/site', association: 'NONE' }
    const event = { kind: 'pullRequest', pullRequestEvent: 'OPEN', branch: 'evil', targetBranch: 'main', fork } as const
    const found = {
      pipelineName: 'forks',
      actionName: 'Fetch',
      revision: { revisionId, event },
      trigger: 'Webhook',
    } as const
    expect(await world.server.services.sources.report(found)).toEqual({})
    Object.assign(source?.actions[0]?.configuration ?? {}, { ForkPullRequests: 'run' })
    await operations().updatePipeline(world.admin, { pipeline: { ...pipeline, triggers } })
    expect(await world.server.services.sources.report(found)).toEqual({ pipelineExecutionId: expect.any(String) })
    expect(await ended(world, 'forks')).toBe('Failed')
    expect(await shown(world, 'forks')).toContain('gets no secrets')
  })
})

describe('a planted hole is found', () => {
  afterEach(() => world.stop())

  test('when scopes are not looked at', async () => {
    await start('scopes')
    expect(await stealByPipeline()).not.toBe('InvalidActionDeclarationException')
    await ended(world, 'team-x')
    expect(await shown(world, 'team-x')).toContain([...planted].reverse().join(''))
  })

  test("when the job plane gives plugins' jobs to everybody", async () => {
    await start('job plane')
    expect(await pollForBuiltIn()).toBe('done')
  })
})

test('the scan finds every form', () => {
  const { exact, wrapped } = formsOf(planted)
  for (const form of [...exact, ...wrapped]) expect(leaks(`a ${form} b`)).not.toEqual([])
})
