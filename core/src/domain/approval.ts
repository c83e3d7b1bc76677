export type ApprovalStatus = 'Approved' | 'Rejected'

/** A1: the answer to a pending approval. */
export interface ApprovalResult {
  readonly status: ApprovalStatus
  /** 0..512 characters. */
  readonly summary: string
}

/** A3: seven days, unless the action says `timeoutInMinutes`. */
export const approvalTimeout = 7 * 24 * 60 * 60 * 1000
