/** Which errors an operation may answer with: those that the service model declares for it, and no others. */
import { Fault, type FaultCode } from '../domain/faults.js'

/**
 * As in the service model, which declares ValidationException for every operation besides. A typed client can catch no
 * other of an operation's.
 */
const declared: Readonly<Record<string, readonly FaultCode[]>> = {
  AcknowledgeJob: ['InvalidNonceException', 'JobNotFoundException'],
  AcknowledgeThirdPartyJob: ['InvalidClientTokenException', 'InvalidNonceException', 'JobNotFoundException'],
  CreateCustomActionType: [
    // The model defines it in just the words of J11, and forgot to give it to this operation.
    'ActionTypeAlreadyExistsException',
    'ConcurrentModificationException',
    'InvalidTagsException',
    'LimitExceededException',
    'TooManyTagsException',
  ],
  CreatePipeline: [
    'ConcurrentModificationException',
    'InvalidActionDeclarationException',
    'InvalidBlockerDeclarationException',
    'InvalidStageDeclarationException',
    'InvalidStructureException',
    'InvalidTagsException',
    'LimitExceededException',
    'PipelineNameInUseException',
    'TooManyTagsException',
  ],
  DeleteCustomActionType: ['ConcurrentModificationException'],
  DeletePipeline: ['ConcurrentModificationException'],
  DeleteWebhook: ['ConcurrentModificationException'],
  DeregisterWebhookWithThirdParty: ['WebhookNotFoundException'],
  DisableStageTransition: ['PipelineNotFoundException', 'StageNotFoundException'],
  EnableStageTransition: ['PipelineNotFoundException', 'StageNotFoundException'],
  GetActionType: ['ActionTypeNotFoundException'],
  GetJobDetails: ['JobNotFoundException'],
  GetPipeline: ['PipelineNotFoundException', 'PipelineVersionNotFoundException'],
  GetPipelineExecution: ['PipelineExecutionNotFoundException', 'PipelineNotFoundException'],
  GetPipelineState: ['PipelineNotFoundException'],
  GetThirdPartyJobDetails: ['InvalidClientTokenException', 'InvalidJobException', 'JobNotFoundException'],
  ListActionExecutions: [
    'InvalidNextTokenException',
    'PipelineExecutionNotFoundException',
    'PipelineNotFoundException',
  ],
  ListActionTypes: ['InvalidNextTokenException'],
  ListDeployActionExecutionTargets: [
    'ActionExecutionNotFoundException',
    'InvalidNextTokenException',
    'PipelineNotFoundException',
  ],
  ListPipelineExecutions: ['InvalidNextTokenException', 'PipelineNotFoundException'],
  ListPipelines: ['InvalidNextTokenException'],
  ListRuleExecutions: ['InvalidNextTokenException', 'PipelineExecutionNotFoundException', 'PipelineNotFoundException'],
  ListRuleTypes: ['InvalidNextTokenException'],
  ListTagsForResource: ['InvalidArnException', 'InvalidNextTokenException', 'ResourceNotFoundException'],
  ListWebhooks: ['InvalidNextTokenException'],
  OverrideStageCondition: [
    'ConcurrentPipelineExecutionsLimitExceededException',
    'ConditionNotOverridableException',
    'ConflictException',
    'NotLatestPipelineExecutionException',
    'PipelineNotFoundException',
    'StageNotFoundException',
  ],
  PollForJobs: ['ActionTypeNotFoundException'],
  PollForThirdPartyJobs: ['ActionTypeNotFoundException'],
  PutActionRevision: [
    'ActionNotFoundException',
    'ConcurrentPipelineExecutionsLimitExceededException',
    'PipelineNotFoundException',
    'StageNotFoundException',
  ],
  PutApprovalResult: [
    'ActionNotFoundException',
    'ApprovalAlreadyCompletedException',
    'InvalidApprovalTokenException',
    'PipelineNotFoundException',
    'StageNotFoundException',
  ],
  PutJobFailureResult: ['InvalidJobStateException', 'JobNotFoundException'],
  PutJobSuccessResult: ['InvalidJobStateException', 'JobNotFoundException', 'OutputVariablesSizeExceededException'],
  PutThirdPartyJobFailureResult: ['InvalidClientTokenException', 'InvalidJobStateException', 'JobNotFoundException'],
  PutThirdPartyJobSuccessResult: ['InvalidClientTokenException', 'InvalidJobStateException', 'JobNotFoundException'],
  PutWebhook: [
    'ConcurrentModificationException',
    'InvalidTagsException',
    'InvalidWebhookAuthenticationParametersException',
    'InvalidWebhookFilterPatternException',
    'LimitExceededException',
    'PipelineNotFoundException',
    'TooManyTagsException',
  ],
  RegisterWebhookWithThirdParty: ['WebhookNotFoundException'],
  RetryStageExecution: [
    'ConcurrentPipelineExecutionsLimitExceededException',
    'ConflictException',
    'NotLatestPipelineExecutionException',
    'PipelineNotFoundException',
    'StageNotFoundException',
    'StageNotRetryableException',
  ],
  RollbackStage: [
    'ConflictException',
    'PipelineExecutionNotFoundException',
    'PipelineExecutionOutdatedException',
    'PipelineNotFoundException',
    'StageNotFoundException',
    'UnableToRollbackStageException',
  ],
  StartPipelineExecution: [
    'ConcurrentPipelineExecutionsLimitExceededException',
    'ConflictException',
    'PipelineNotFoundException',
  ],
  StopPipelineExecution: [
    'ConflictException',
    'DuplicatedStopRequestException',
    'PipelineExecutionNotStoppableException',
    'PipelineNotFoundException',
  ],
  TagResource: [
    'ConcurrentModificationException',
    'InvalidArnException',
    'InvalidTagsException',
    'ResourceNotFoundException',
    'TooManyTagsException',
  ],
  UntagResource: [
    'ConcurrentModificationException',
    'InvalidArnException',
    'InvalidTagsException',
    'ResourceNotFoundException',
  ],
  UpdateActionType: ['ActionTypeNotFoundException', 'RequestFailedException'],
  UpdatePipeline: [
    'InvalidActionDeclarationException',
    'InvalidBlockerDeclarationException',
    'InvalidStageDeclarationException',
    'InvalidStructureException',
    'LimitExceededException',
  ],
}

/** What the protocol itself answers, for any operation. */
const common: readonly FaultCode[] = ['ValidationException', 'AccessDeniedException', 'SerializationException']

/** The declared error that says nearest what an undeclared one does; all others become ValidationException. */
const nearest: Readonly<Record<string, Readonly<Partial<Record<FaultCode, FaultCode>>>>> = {
  OverrideStageCondition: { PipelineExecutionNotFoundException: 'NotLatestPipelineExecutionException' },
  RetryStageExecution: { PipelineExecutionNotFoundException: 'NotLatestPipelineExecutionException' },
  StopPipelineExecution: { PipelineExecutionNotFoundException: 'PipelineExecutionNotStoppableException' },
}

/** The fault as the operation of AWS's may answer it, in the same words; one that is declared is the same. */
export function asDeclared(operation: string, fault: Fault): Fault {
  const codes = declared[operation]
  if (codes === undefined || codes.includes(fault.code) || common.includes(fault.code)) return fault
  const code = nearest[operation]?.[fault.code] ?? 'ValidationException'
  return new Fault(code, fault.message, fault.details, { cause: fault })
}
