import type { SourceStatus } from '@penstock/core'
import { Post } from '../../view/form.js'

interface PollNowProps {
  readonly source: Pick<SourceStatus, 'pipelineName' | 'actionName'>
  readonly csrf: string
  /** `sources` leads back to the list of sources, and not to the pipeline. */
  readonly back?: 'sources'
}

/** Looks at a source at once, whatever its schedule. */
export function PollNow({ source, csrf, back }: PollNowProps) {
  return (
    <Post action="/sources/poll" csrf={csrf}>
      <input type="hidden" name="pipeline" value={source.pipelineName} />
      <input type="hidden" name="action" value={source.actionName} />
      {back && <input type="hidden" name="back" value={back} />}
      <button type="submit" class="button quiet">
        Look now
        <span class="sr">
          {' '}
          at {source.actionName} of {source.pipelineName}
        </span>
      </button>
    </Post>
  )
}
