import type { ConditionExecution } from "./condition.js";
import type { RetryMode } from "./pipeline.js";
import type { Transition } from "./transition.js";

/** X8. */
export type StageStatus =
	| "Cancelled"
	| "InProgress"
	| "Failed"
	| "Stopped"
	| "Stopping"
	| "Succeeded"
	| "Skipped";

export type RetryTrigger = "AutomatedStageRetry" | "ManualStageRetry";

/** R4. */
export interface RetryStageMetadata {
	readonly autoStageRetryAttempt?: number;
	readonly manualStageRetryAttempt?: number;
	readonly latestRetryTrigger?: RetryTrigger;
}

/** One execution's run through one stage; a retry keeps it and counts up its metadata (R2). */
export interface StageExecution {
	readonly executionId: string;
	readonly pipelineName: string;
	readonly stageName: string;
	readonly status: StageStatus;
	readonly started: number;
	readonly updated: number;
	readonly retry?: RetryStageMetadata;
	readonly retryMode?: RetryMode;
	readonly beforeEntry?: ConditionExecution;
	readonly onSuccess?: ConditionExecution;
	readonly onFailure?: ConditionExecution;
}

/** What a stage remembers between executions. */
export interface StageRecord {
	readonly pipelineName: string;
	readonly stageName: string;
	readonly inbound: Transition;
	/** The transition out of this stage, which behaves as the next stage's inbound one (T2). */
	readonly outbound: Transition;
	/** The execution that entered last, whether or not it is still inside. */
	readonly latestExecutionId?: string;
}
