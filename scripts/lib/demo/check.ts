import { PutApprovalResultCommand } from '@aws-sdk/client-codepipeline'
import { expectFleet } from './fleet.js'
import { pageSaying } from './sample.js'
import { actionState, categoriesOf, until, untilSucceeded } from './watch.js'
import type { World } from './world.js'

const allCategories = ['Approval', 'Build', 'Deploy', 'Invoke', 'Source', 'Test']

/** Walks both pipelines as a user would. Errors: the first thing that is not as it should be. */
export async function checkWorld(world: World, say: (line: string) => void): Promise<void> {
  const { client } = world.penstock
  const { name, site } = world.deploying
  await untilSucceeded(client, name, 1, 180)
  await expectPage(site.url, 'First revision')
  say(`ok: ${name} built and deployed the first revision`)

  if (world.fleet !== undefined) {
    await untilSucceeded(client, world.fleet.name, 1, 180)
    await expectFleet(world.fleet)
    say('ok: ec2-user, ubuntu and admin became root, and deployed what only root may write')
  }

  const commit = await world.git.commit(`demo/${name}`, pageSaying('Second revision'), 'Say more')
  say(`    pushed ${commit.slice(0, 7)}; polling finds it within a minute`)
  await untilSucceeded(client, name, 2, 240)
  await expectPage(site.url, 'Second revision')
  say(`ok: ${name} found, built and deployed the second revision`)

  await approve(world)
  const release = await untilSucceeded(client, world.release.name, 1, 120)
  await expectPage(world.release.site.url, 'First revision')
  const categories = await categoriesOf(client, world.release.name, release)
  if (String(categories) !== String(allCategories)) {
    throw new Error(`pipeline ${world.release.name} ran ${categories.join(', ')}, and not ${allCategories.join(', ')}`)
  }
  say(`ok: ${world.release.name} went through ${categories.join(', ')}`)
}

async function approve({ penstock, release }: World): Promise<void> {
  const { client } = penstock
  const token = await until(`the approval of pipeline ${release.name} is asked for`, 180, async () => {
    return (await actionState(client, release.name, 'Approve'))?.latestExecution?.token
  })
  const result = { status: 'Approved', summary: 'looks well' } as const
  await client.send(
    new PutApprovalResultCommand({
      pipelineName: release.name,
      stageName: 'Approve',
      actionName: 'Look',
      token,
      result,
    }),
  )
}

async function expectPage(url: string, text: string): Promise<void> {
  const page = await fetch(url).then((answer) => answer.text())
  if (!page.includes('<h1>It works</h1>') || !page.includes(text)) {
    throw new Error(`${url} should say "${text}" and is:\n${page.slice(0, 2000)}`)
  }
}

/** After the end, nothing may answer any more. */
export async function expectSilence(world: World): Promise<void> {
  for (const url of [world.penstock.url, world.git.url, world.deploying.site.url, world.release.site.url]) {
    const answers = await fetch(url, { signal: AbortSignal.timeout(2000) }).then(
      () => true,
      () => false,
    )
    if (answers) throw new Error(`${url} still answers after the end`)
  }
}
