import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { resourceArn } from '../schemas/names.js'
import { tagKeys } from '../schemas/tag.js'

/** Takes tags away. */
export const untagResource = operation({
  name: 'UntagResource',
  input: structure({ resourceArn, tagKeys }),
  resource: ({ resourceArn }) => resourceArn,
  changes: true,
  call: (operations, by, input) => operations.removeTags(by, input),
})
