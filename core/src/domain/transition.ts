export type TransitionType = 'Inbound' | 'Outbound'

/** A stage's door (T3): disabled, it holds what arrives. */
export interface Transition {
  readonly enabled: boolean
  readonly lastChangedBy?: string
  /** Epoch milliseconds. */
  readonly lastChangedAt?: number
  readonly disabledReason?: string
}

export const openTransition: Transition = { enabled: true }

/** T4: what a door held for longer than this does not resume when it opens. */
export const longestHold = 30 * 24 * 60 * 60 * 1000

/**
 * T3: what a reason may say, as the service model has it.
 * @example
 * if (!transitionReason.test('frozen until Monday')) throw new Error('not a reason')
 */
export const transitionReason = /^[a-zA-Z0-9!@ ().*?-]{1,300}$/
