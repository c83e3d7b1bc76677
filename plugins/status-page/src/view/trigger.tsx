import type { Views } from '@penstock/core'

const words: Readonly<Record<string, string>> = {
  CreatePipeline: 'pipeline created',
  StartPipelineExecution: 'released by hand',
  PollForSourceChanges: 'source change found',
  Webhook: 'webhook',
  WebhookV2: 'Git trigger',
  CloudWatchEvent: 'event',
  PutActionRevision: 'revision reported',
  ManualRollback: 'rolled back by hand',
  AutomatedRollback: 'rolled back automatically',
}

/** What started an execution, and who or which where that is known: ARNs by their last part. */
export function Trigger({ trigger }: { readonly trigger: Views.PipelineExecutionSummary['trigger'] }) {
  const { triggerType, triggerDetail } = trigger
  return (
    <span class="trigger">
      {words[triggerType] ?? triggerType}
      {triggerDetail && <span title={triggerDetail}> ({detailOf(triggerDetail)})</span>}
    </span>
  )
}

function detailOf(detail: string): string {
  return detail.startsWith('arn:') ? (detail.split(/[:/]/).at(-1) ?? detail) : detail
}

/** All kinds of triggers with their words, for filters. */
export const triggerWords: readonly (readonly [string, string])[] = Object.entries(words)
