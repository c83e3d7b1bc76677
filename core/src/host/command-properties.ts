/** The properties of every action type that runs commands of a pipeline's or repository's own. */

/**
 * To be spread into an action type's `configuration`: what its commands run in. An action may ask for more isolation than the
 * operator's floor (worker.isolation in penstock.yaml), never for less.
 * @example
 * const properties = { Task: { description: 'What to run' }, ...commandProperties } as const
 */
export const commandProperties = {
  Isolation: {
    description: 'What the commands run in, when that is to be more than the server asks for anyway',
    enum: ['sandbox', 'container'],
  },
  Image: {
    description: "The container's image; worker.image of penstock.yaml otherwise",
    example: 'docker.io/library/node:22',
    pattern: '[A-Za-z0-9][A-Za-z0-9._:/@-]*',
  },
  Network: { description: 'none: the commands reach no network', enum: ['on', 'none'] },
  Cache: {
    description:
      "The name of a cache (the home folder's .cache) that is shared with all pipelines that give the same name; a pipeline's own otherwise",
    pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,99}',
  },
} as const
