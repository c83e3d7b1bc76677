import type { SourceStatus } from '@penstock/core'
import { Icon } from '../../view/icons.js'
import { Ago } from '../../view/time.js'
import { PollNow } from '../sources/poll-now.js'

interface SourcesProps {
  readonly sources: readonly SourceStatus[]
  readonly csrf: string
  readonly mayPoll: boolean
}

/** Sources that could not be looked at, with the reason and the next try. Nothing while all is well. */
export function Sources({ sources, csrf, mayPoll }: SourcesProps) {
  return (
    <>
      {sources.map((source) =>
        source.error ? (
          <div key={source.actionName} class="notice bad" role="alert">
            <Icon name="warning" />
            <div>
              <p>
                <strong>Source {source.actionName} cannot be looked at.</strong> {source.error}
              </p>
              <p class="quiet">
                {source.failures > 1 && `Failed ${source.failures} times in a row. `}
                {source.nextPoll !== undefined && (
                  <>
                    Next try <Ago at={source.nextPoll} />.
                  </>
                )}
              </p>
              {mayPoll && <PollNow source={source} csrf={csrf} />}
            </div>
          </div>
        ) : null,
      )}
    </>
  )
}
