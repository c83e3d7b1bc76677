import type { Views } from '@penstock/core'
import { Lines } from '../../log/lines.js'
import type { LogLine } from '../../log/log-index.js'
import { Trail } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import { Status } from '../../view/status.js'
import { type Found, Hits } from './search.js'

/** Browsers slow down with many lines: so many are drawn at a time. */
export const linesPerChunk = 500

interface LogProps {
  readonly pipeline: string
  readonly action: Views.ActionExecutionDetail
  /** The address of this page. */
  readonly base: string
  readonly first: number
  readonly lines: readonly LogLine[]
  /** Numbers of those that are written over later. */
  readonly gone: ReadonlySet<number>
  readonly total: number
  readonly complete: boolean
  readonly exists: boolean
  readonly line: number | undefined
  readonly find: string | undefined
  readonly found: Found | undefined
}

/** A chunk of the log; the script loads the others as they are scrolled to, and without it there are links. */
export function LogPage(props: LogProps) {
  const { pipeline, action, base, find, found } = props
  return (
    <div class="log-page" data-log={base} data-total={props.total} data-complete={props.complete} data-find={find}>
      <header class="page-head log-head">
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: to.pipeline(pipeline), label: pipeline },
            { href: to.execution(pipeline, action.pipelineExecutionId), label: 'Execution' },
            {
              href: to.action(pipeline, action.actionExecutionId),
              label: `${action.stageName} / ${action.actionName}`,
            },
          ]}
        />
        <div class="page-title">
          <h1>Log of {action.actionName}</h1>
          <Status status={action.status} />
          <span class="quiet" data-log-state>
            {props.total.toLocaleString('en')} lines{props.complete ? '' : ', still growing'}
          </span>
        </div>
        <Tools {...props} />
      </header>
      <section class="hits-panel" data-hits hidden={!found} aria-label="Search results">
        {found && find && <Hits base={base} find={find} found={found} />}
      </section>
      {props.exists && props.total > 0 ? (
        <Text {...props} />
      ) : (
        <p class="empty" data-log-empty>
          {props.complete ? 'This action wrote no log.' : 'Nothing has been written yet.'}
        </p>
      )}
    </div>
  )
}

function Tools({ base, find, exists }: LogProps) {
  return (
    <div class="toolbar">
      <search>
        <form class="search" action={base} aria-label="Search this log">
          <label class="sr" for="log-search">
            Search in the log
          </label>
          <input id="log-search" type="search" name="q" value={find} placeholder="Search" />
          <button type="submit" class="button">
            <Icon name="search" />
            Search
          </button>
        </form>
      </search>
      <button type="button" class="button" data-wrap aria-pressed="false" hidden>
        <Icon name="wrap" />
        Wrap lines
      </button>
      <button type="button" class="button" data-follow aria-pressed="false" hidden>
        <Icon name="down" />
        Follow
      </button>
      {exists && (
        <a class="button" href={`${base}/raw`} download>
          <Icon name="download" />
          Download
        </a>
      )}
    </div>
  )
}

function Text(props: LogProps) {
  const { base, first, lines, gone, total, line, find } = props
  const last = first + lines.length - 1
  const q = find ? `&q=${encodeURIComponent(find)}` : ''
  return (
    <>
      {first > 1 && (
        <p class="log-more" data-plain>
          <a href={`${base}?line=${first - linesPerChunk}${q}`}>Earlier lines</a>
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="log" tabIndex={0} aria-label="Log text" data-text>
        <div class="chunk" data-first={first} data-last={last}>
          <Lines lines={lines} gone={gone} find={find} target={line} />
        </div>
      </section>
      {last < total && (
        <p class="log-more" data-plain>
          <a href={`${base}?line=${last + 1}${q}`}>Later lines</a>
        </p>
      )}
    </>
  )
}
