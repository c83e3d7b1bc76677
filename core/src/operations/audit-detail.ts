/** What was said with a call: an approval's answer, a reason, the job. Nothing of a configuration, which may hold secrets. */
export function auditDetail(input: unknown): string | undefined {
  const { reason, result, jobId, pipelineExecutionId } = (input ?? {}) as Record<string, unknown>
  const { status, summary } = (typeof result === 'object' && result !== null ? result : {}) as Record<string, unknown>
  const said = [status, summary, reason].filter((part) => typeof part === 'string' && part !== '')
  const detail = said.length > 0 ? said.join(': ') : (jobId ?? pipelineExecutionId)
  return typeof detail === 'string' ? detail : undefined
}
