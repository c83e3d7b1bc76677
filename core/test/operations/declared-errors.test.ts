import { declaredPairs } from '../../../test/aws/declared-errors/declared.js'
import { Fault, faultCodes } from '../../src/domain/faults.js'
import { asDeclared } from '../../src/operations/declared-errors.js'

/** The model defines it, and no operation has it: `core/README.md` says why this one does. */
const ours = 'CreateCustomActionType ActionTypeAlreadyExistsException'

/** What the protocol answers for any operation, beside what the model declares. */
const common = ['AccessDeniedException', 'SerializationException']

function grouped(pairs: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const pair of pairs) {
    const operation = pair.split(' ')[0] ?? ''
    groups.set(operation, [...(groups.get(operation) ?? []), pair])
  }
  return groups
}

test('whatever goes wrong, an operation answers with an error that the service model declares for it', () => {
  const declared = grouped([...declaredPairs(), ours])
  expect(declared.size).toBeGreaterThan(40)
  for (const [operation, pairs] of declared)
    for (const code of faultCodes) {
      const answered = asDeclared(operation, new Fault(code, 'why')).code
      const isDeclared = pairs.includes(`${operation} ${code}`)
      // What is declared stays; all else becomes something that is.
      expect([operation, code, answered]).toEqual([operation, code, isDeclared ? code : answered])
      if (!common.includes(answered)) expect(pairs).toContain(`${operation} ${answered}`)
    }
})

test.each([
  { operation: 'UpdatePipeline', code: 'PipelineNotFoundException', becomes: 'ValidationException' },
  {
    operation: 'RetryStageExecution',
    code: 'PipelineExecutionNotFoundException',
    becomes: 'NotLatestPipelineExecutionException',
  },
  {
    operation: 'OverrideStageCondition',
    code: 'PipelineExecutionNotFoundException',
    becomes: 'NotLatestPipelineExecutionException',
  },
  {
    operation: 'StopPipelineExecution',
    code: 'PipelineExecutionNotFoundException',
    becomes: 'PipelineExecutionNotStoppableException',
  },
] as const)('$operation: $code becomes $becomes, in the same words', ({ operation, code, becomes }) => {
  expect(asDeclared(operation, new Fault(code, 'which, and why'))).toMatchObject({
    code: becomes,
    message: 'which, and why',
  })
})
