/** Tags of pipelines, action types and webhooks. */
import * as verbs from '../engine/tags.js'
import { structure } from '../shape/shape.js'
import { operation } from './operation.js'
import { resourceArn } from './shapes/names.js'
import { page } from './shapes/page.js'
import { tagKeys, tags } from './shapes/tag.js'

/** Adds tags, or changes their values (S21). */
export const tagResource = operation({
  name: 'TagResource',
  input: structure({ resourceArn, tags }),
  resource: ({ resourceArn }) => resourceArn,
  changes: true,
  busy: 'ConcurrentModificationException',
  taken: 'ConcurrentModificationException',
  run: ({ engine }, by, input) => verbs.putTags(engine, by, input),
})

/** Takes tags away. */
export const untagResource = operation({
  name: 'UntagResource',
  input: structure({ resourceArn, tagKeys }),
  resource: ({ resourceArn }) => resourceArn,
  changes: true,
  busy: 'ConcurrentModificationException',
  taken: 'ConcurrentModificationException',
  run: ({ engine }, by, input) => verbs.removeTags(engine, by, input),
})

/** The tags of a pipeline, action type or webhook. */
export const listTagsForResource = operation({
  name: 'ListTagsForResource',
  input: structure({ resourceArn }, { ...page }),
  resource: ({ resourceArn }) => resourceArn,
  run: ({ engine }, by, input) => verbs.listTags(engine, by, input),
})
