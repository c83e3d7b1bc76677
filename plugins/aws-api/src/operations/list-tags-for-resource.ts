import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { resourceArn } from '../schemas/names.js'
import { page } from '../schemas/page.js'

/** The tags of a pipeline, action type or webhook. */
export const listTagsForResource = operation({
  name: 'ListTagsForResource',
  input: structure({ resourceArn }, { ...page }),
  resource: ({ resourceArn }) => resourceArn,
  call: (operations, by, input) => operations.listTags(by, input),
})
