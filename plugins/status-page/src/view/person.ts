/** Who an ARN means: its last part, which is the user's name. */
export function personOf(arn: string): string {
  return arn.split(/[:/]/).at(-1) || arn
}
