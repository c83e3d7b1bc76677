import { structure } from '../model/shape.js'
import { operation } from '../operation.js'
import { approvalResult } from '../schemas/approval.js'
import { actionRef } from '../schemas/execution.js'
import { approvalToken } from '../schemas/names.js'

/** Answers a waiting approval (A1). */
export const putApprovalResult = operation({
  name: 'PutApprovalResult',
  input: structure({ ...actionRef, result: approvalResult, token: approvalToken }),
  resource: (input, arns) => arns.action(input),
  changes: true,
  call: (operations, by, input) => operations.putApprovalResult(by, input),
})
