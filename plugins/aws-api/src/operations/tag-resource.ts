import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { resourceArn } from '../schemas/names.js'
import { tags } from '../schemas/tag.js'

/** Adds tags, or changes their values (S21). */
export const tagResource = operation({
  name: 'TagResource',
  input: structure({ resourceArn, tags }),
  resource: ({ resourceArn }) => resourceArn,
  changes: true,
  call: (operations, by, input) => operations.putTags(by, input),
})
