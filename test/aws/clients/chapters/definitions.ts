/** Action types, pipelines and tags. */
import { typeId } from '../../support/pipelines.js'
import { artifactDetails, partnerType, type World } from '../../support/world.js'

const { owner: _, ...build } = typeId('Build')
const { owner: __, ...source } = typeId('Source')
export const ownTypes = [source, build]

const properties = ['Token', 'Project'].map((name) => {
  return { name, required: false, key: false, secret: name === 'Token' }
})

export async function actionTypes(world: World): Promise<void> {
  const team = { key: 'team', value: 'grün' }
  const settings = { entityUrlTemplate: 'https://ci.example/{Config:Project}' }
  for (const type of ownTypes) {
    const given = { ...type, settings, configurationProperties: properties, tags: [team], ...artifactDetails }
    expect(await world.call('CreateCustomActionType', given)).toMatchObject({
      actionType: { id: { ...type, owner: 'Custom' }, settings, actionConfigurationProperties: properties },
      tags: [team],
    })
  }
  const { actionTypes } = await world.call('ListActionTypes', { actionOwnerFilter: 'Custom' })
  expect(actionTypes).toEqual(expect.arrayContaining([expect.objectContaining({ id: typeId('Build') })]))
}

export async function partnersType(world: World): Promise<void> {
  const declared = await world.call('GetActionType', partnerType)
  expect(declared).toMatchObject({ actionType: { id: partnerType, executor: { type: 'JobWorker' } } })
  const actionType = { ...(declared.actionType as object), description: 'of a partner' }
  expect(await world.call('UpdateActionType', { actionType })).toEqual({})
  expect(await world.call('GetActionType', partnerType)).toMatchObject({ actionType })
}

/** Answers the name of a pipeline at its second version, whose first execution is over. */
export async function pipelines(world: World): Promise<string> {
  const pipeline = world.declaration()
  const name = String(pipeline.name)
  const team = { key: 'team', value: 'blue' }
  expect(await world.call('CreatePipeline', { pipeline, tags: [team] })).toMatchObject({
    pipeline: { name, version: 1, stages: [{ actions: [{ runOrder: 1 }] }, {}, {}] },
    tags: [team],
  })
  const got = await world.call('GetPipeline', { name })
  expect(got).toMatchObject({ pipeline: { name, version: 1 }, metadata: { pipelineArn: world.arn(name) } })
  expect(await world.call('UpdatePipeline', { pipeline: got.pipeline })).toMatchObject({ pipeline: { version: 2 } })
  expect(await world.call('GetPipeline', { name, version: 1 })).toMatchObject({ pipeline: { version: 1 } })
  expect(await world.call('ListPipelines')).toMatchObject({ pipelines: [{ name, version: 2 }] })
  await tags(world, world.arn(name))
  await world.succeed(name) // X10: what ran when it was updated ends
  return name
}

async function tags(world: World, resourceArn: string): Promise<void> {
  await world.call('TagResource', { resourceArn, tags: [{ key: 'cost', value: '7' }] })
  await world.call('UntagResource', { resourceArn, tagKeys: ['team'] })
  expect(await world.call('ListTagsForResource', { resourceArn })).toEqual({ tags: [{ key: 'cost', value: '7' }] })
}

export async function deletions(world: World, name: string): Promise<void> {
  expect(await world.call('DeletePipeline', { name })).toEqual({})
  expect(await world.call('DeletePipeline', { name })).toEqual({})
  await expect(world.call('GetPipeline', { name })).rejects.toMatchObject({ name: 'PipelineNotFoundException' })
  for (const type of ownTypes) expect(await world.call('DeleteCustomActionType', type)).toEqual({})
  const poll = world.call('PollForJobs', { actionTypeId: typeId('Build') })
  await expect(poll).rejects.toMatchObject({ name: 'ActionTypeNotFoundException' })
}
