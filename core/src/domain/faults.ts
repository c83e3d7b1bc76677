/**
 * Every error that a caller can cause, by the code that CodePipeline gives it.
 * Only the protocol's own files (the API plugin, the page, the CLI) turn codes into answers;
 * what is not a Fault is a defect and is shown neutrally.
 */
export const faultCodes = [
  'ActionNotFoundException',
  'ActionExecutionNotFoundException',
  'ActionTypeAlreadyExistsException',
  'ActionTypeNotFoundException',
  'ApprovalAlreadyCompletedException',
  'AccessDeniedException',
  'ConcurrentModificationException',
  'ConcurrentPipelineExecutionsLimitExceededException',
  'ConditionNotOverridableException',
  'ConflictException',
  'DuplicatedStopRequestException',
  'InvalidActionDeclarationException',
  'InvalidApprovalTokenException',
  'InvalidArnException',
  'InvalidBlockerDeclarationException',
  'InvalidClientTokenException',
  'InvalidJobException',
  'InvalidJobStateException',
  'InvalidNextTokenException',
  'InvalidNonceException',
  'InvalidStageDeclarationException',
  'InvalidStructureException',
  'InvalidTagsException',
  'InvalidWebhookAuthenticationParametersException',
  'InvalidWebhookFilterPatternException',
  'JobNotFoundException',
  'LimitExceededException',
  'NotLatestPipelineExecutionException',
  'OutputVariablesSizeExceededException',
  'PipelineExecutionNotFoundException',
  'PipelineExecutionNotStoppableException',
  'PipelineExecutionOutdatedException',
  'PipelineNameInUseException',
  'PipelineNotFoundException',
  'PipelineVersionNotFoundException',
  'RequestFailedException',
  'ResourceNotFoundException',
  'SerializationException',
  'StageNotFoundException',
  'StageNotRetryableException',
  'TooManyTagsException',
  'UnableToRollbackStageException',
  'ValidationException',
  'WebhookNotFoundException',
] as const

/**
 * The code of a Fault.
 * @example
 * const code: FaultCode = 'PipelineNotFoundException'
 */
export type FaultCode = (typeof faultCodes)[number]

const brand = Symbol.for('penstock.fault')

/**
 * One of several things that are wrong with an input, and where: `stages[2].actions[1].configuration.Branch`.
 * @example
 * const detail: FaultDetail = { path: 'stages[0].name', message: 'is missing' }
 */
export interface FaultDetail {
  readonly path: string
  readonly message: string
}

/**
 * An error of the caller's: `code` for programs, `message` for people, naming field, value and what would be right.
 * @example
 * throw new Fault('ValidationException', 'name is empty: 1 to 100 characters are right')
 */
export class Fault extends Error {
  readonly [brand] = true
  constructor(
    readonly code: FaultCode,
    message: string,
    /** The single problems, where the message sums up several, for those who can show each in its place. */
    readonly details: readonly FaultDetail[] = [],
    /** `cause`: what failed underneath, for the log alone. */
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.name = code
  }
}

/**
 * True for a Fault of this or any other copy of the package.
 * @example
 * await api.server.operations.getPipeline(admin, { name: 'site' }).catch((error) => {
 *   if (isFault(error) && error.code === 'PipelineNotFoundException') return undefined
 *   throw error
 * })
 */
export function isFault(error: unknown): error is Fault {
  return typeof error === 'object' && error !== null && brand in error
}
