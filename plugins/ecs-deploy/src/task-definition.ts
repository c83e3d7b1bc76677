import type { RegisterTaskDefinitionCommandInput, Tag, TaskDefinition } from '@aws-sdk/client-ecs'
import { JobFailed } from '@penstock/core'
import type { ImageDefinition } from './image-definitions.js'

/** What ECS adds to a task definition by itself, and takes from nobody. */
const added = [
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
  'deleteRequestedAt',
] as const satisfies readonly (keyof TaskDefinition)[]

/**
 * The next revision: the one that runs, with other images. Errors: JobFailed ConfigurationError for a container that the task
 * definition does not have, naming those that it has.
 */
export function nextRevision(
  current: TaskDefinition,
  tags: readonly Tag[],
  images: readonly ImageDefinition[],
  fileName: string,
): RegisterTaskDefinitionCommandInput {
  const containers = current.containerDefinitions ?? []
  const known = containers.map(({ name }) => name)
  const unknown = images.filter(({ name }) => !known.includes(name))
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => `"${name}"`).join(', ')
    throw new JobFailed(
      `FileName ${fileName} names the ${unknown.length === 1 ? 'container' : 'containers'} ${names}, and the task definition ${current.family}:${current.revision} has ${known.join(', ') || 'none'}`,
      'ConfigurationError',
    )
  }
  const kept = Object.fromEntries(Object.entries(current).filter(([name]) => !added.some((one) => one === name)))
  return {
    ...(kept as Omit<TaskDefinition, (typeof added)[number]>),
    family: current.family,
    containerDefinitions: containers.map((container) => {
      const image = images.find(({ name }) => name === container.name)?.imageUri ?? container.image
      return image === undefined ? container : { ...container, image }
    }),
    ...(tags.length > 0 ? { tags: [...tags] } : {}),
  }
}

/** True when a revision has just these images: one that was registered before the server died, say. */
export function hasImages({ containerDefinitions = [] }: TaskDefinition, images: readonly ImageDefinition[]): boolean {
  return images.every(({ name, imageUri }) =>
    containerDefinitions.some((container) => container.name === name && container.image === imageUri),
  )
}
