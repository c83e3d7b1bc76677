/** Which of several servers runs a periodic task this time. Times are epoch milliseconds. */
export interface TaskClaims {
  /**
   * Takes the task when it is due and nobody runs it; `until` is when a claim whose holder died ends. A plan beyond `latest`,
   * and a claim beyond `until`, were made by a clock that has been put back since: they count for nothing.
   */
  claim(claim: {
    readonly name: string
    readonly now: number
    readonly next: number
    readonly latest: number
    readonly until: number
  }): Promise<boolean>
  /** The run is over: the next one need not wait for the claim to expire. */
  release(name: string): Promise<void>
}
