import type { Artifact } from './artifact.js'

export type ApprovalStatus = 'Approved' | 'Rejected'

/** A1: the answer to a pending approval. */
export interface ApprovalResult {
  readonly status: ApprovalStatus
  /** 0..512 characters. */
  readonly summary: string
}

/** A3: seven days, unless the action says `timeoutInMinutes`. */
export const approvalTimeout = 7 * 24 * 60 * 60 * 1000

/** A5: the pipeline's tag that says how many people must approve, and which may: `2`, or `2 of ada bob eve`. */
export const approvalsTag = 'penstock:approvals'

/** People that one approval can ask for. */
const mostPeople = 20

/**
 * A5: how many different people must approve, and who may.
 * @example
 * const two: ApprovalQuorum = { needed: 2, of: ['ada', 'bob', 'eve'] }
 */
export interface ApprovalQuorum {
  readonly needed: number
  /** Names of the users who may answer; all who have the right to, when absent. */
  readonly of?: readonly string[]
}

/**
 * One person's yes to a pending approval.
 * @example
 * const when = ({ at }: GivenApproval) => new Date(at)
 */
export interface GivenApproval {
  /** The person's ARN. */
  readonly by: string
  /** Epoch milliseconds. */
  readonly at: number
  /** What the person said: 0..512 characters. */
  readonly summary: string
}

/**
 * How a pending approval stands (A5, A6).
 * @example
 * const missing = ({ needed, given }: ApprovalStanding) => needed - given.length
 */
export interface ApprovalStanding extends ApprovalQuorum {
  /** With the present token, oldest first. */
  readonly given: readonly GivenApproval[]
  /** What later actions will use of what there is: the answer is about these. */
  readonly artifacts: readonly Artifact[]
}

/** What the tag's value says, or what is wrong with it and what would be right. */
export function readApprovalsTag(value: string): { readonly quorum: ApprovalQuorum } | { readonly problem: string } {
  const [, count, names] = /^\s*(\d{1,4})(?:\s+of\s+(\S.*?))?\s*$/.exec(value) ?? []
  if (count === undefined)
    return { problem: `it is '${value}': a number such as 2 is right, or 2 of ada bob eve, which are users' names` }
  const needed = Number(count)
  if (needed < 1 || needed > mostPeople)
    return { problem: `it asks for ${needed} people: 1 to ${mostPeople} are right` }
  const of = names === undefined ? undefined : [...new Set(names.split(/\s+/))]
  if (of && of.length < needed)
    return { problem: `it asks for ${needed} of ${of.length} people (${of.join(', ')}): nobody could ever approve` }
  return { quorum: { needed, ...(of && { of }) } }
}

/** What is wrong with a tag that is to hold a quorum, for whoever enters it; `undefined` for other tags and good ones. */
export function approvalsTagProblem(key: string, value: string): string | undefined {
  if (key !== approvalsTag) return undefined
  const read = readApprovalsTag(value)
  return 'problem' in read ? read.problem : undefined
}

/** A5: what the pipeline's tags ask for. One person, unless they say otherwise. */
export function quorumOf(tags: Readonly<Record<string, string>>): ApprovalQuorum {
  const read = readApprovalsTag(tags[approvalsTag] ?? '1')
  // Tags are checked when they are put. One from before that rule that nobody understands must not open the door to one person.
  return 'problem' in read ? { needed: mostPeople } : read.quorum
}

/** A6: whether an answer about the one is still about the other. */
export function sameArtifacts(before: readonly Artifact[], now: readonly Artifact[]): boolean {
  const places = (all: readonly Artifact[]) =>
    all
      .map(({ name, location: { bucket, key }, revisionId = '' }) => JSON.stringify([name, bucket, key, revisionId]))
      .sort()
      .join()
  return places(before) === places(now)
}
