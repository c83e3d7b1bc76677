import { Pop, Post } from '../../view/form.js'
import { to } from '../../view/link.js'

interface RetryProps {
  readonly pipeline: string
  readonly stage: string
  readonly execution: string
  readonly csrf: string
}

/** R1: the failed actions only, or the stage from its first action on. */
export function Retry({ pipeline, stage, execution, csrf }: RetryProps) {
  return (
    <Pop label="Retry" icon="retry" kind="primary">
      <Post action={to.stage(pipeline, stage, 'retry')} csrf={csrf} class="stacked">
        <input type="hidden" name="execution" value={execution} />
        <button type="submit" class="button primary" name="mode" value="FAILED_ACTIONS">
          Retry failed actions
        </button>
        <button type="submit" class="button" name="mode" value="ALL_ACTIONS">
          Retry the whole stage
        </button>
      </Post>
    </Pop>
  )
}
