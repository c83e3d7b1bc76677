import { randomInt } from 'node:crypto'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** `d-` and nine capital letters or digits, as CodeDeploy makes them. */
export function newDeploymentId(): string {
  return `d-${Array.from({ length: 9 }, () => LETTERS[randomInt(LETTERS.length)]).join('')}`
}
