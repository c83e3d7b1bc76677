import { Live, section } from '../../live/section.js'
import type { LiveSection } from '../../live/stream.js'
import { Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import { Pre } from '../../view/pre.js'
import { Revision } from '../../view/revision.js'
import { Status, toneOf, wordsFor } from '../../view/status.js'
import { Ago, duration } from '../../view/time.js'
import { Trigger } from '../../view/trigger.js'
import { isRunning } from '../pipeline/model.js'
import type { Looked, PipelineLine, PipelineList } from './model.js'

interface PageProps {
  readonly list: PipelineList
  readonly csrf: string
  readonly mayCreate: boolean
}

/** All pipelines, one a card, with the newest execution and where it is. */
export function PipelinesPage({ list, csrf, mayCreate }: PageProps) {
  const { lines, holds, after, next } = list
  const none = lines.length === 0 && holds === undefined && after === undefined
  return (
    <>
      <header class="page-head row">
        <h1>Pipelines</h1>
        {!none && <Find holds={holds} />}
        {mayCreate && !none && (
          <a class="button primary" href="/create">
            <Icon name="plus" />
            New pipeline
          </a>
        )}
      </header>
      <Live from={`/events${addressOf({ holds, after })}`}>
        {none && <Empty mayCreate={mayCreate} />}
        {lines.length === 0 && !none && <p class="empty">No pipeline’s name holds “{holds}”.</p>}
        <ul class="pipelines">
          {lines.map((line, index) => (
            <Line key={line.name} id={lineId(index)} line={line} csrf={csrf} />
          ))}
        </ul>
      </Live>
      {(after !== undefined || next !== undefined) && (
        <nav class="pager" aria-label="Pages of the list">
          {after !== undefined && (
            <a class="button" href={`/${addressOf({ holds, after: undefined })}`}>
              To the beginning
            </a>
          )}
          {next !== undefined && (
            <a class="button" href={`/${addressOf({ holds, after: next })}`}>
              More pipelines
            </a>
          )}
        </nav>
      )}
    </>
  )
}

/** A part of the list as the address has it. */
function addressOf({ holds, after }: Looked): string {
  const query = new URLSearchParams({ ...(holds && { q: holds }), ...(after && { after }) })
  return query.size > 0 ? `?${query}` : ''
}

function Find({ holds }: { readonly holds: string | undefined }) {
  return (
    <search>
      <form class="search" action="/" aria-label="Find pipelines">
        <label class="sr" for="find">
          Part of a pipeline’s name
        </label>
        <input id="find" type="search" name="q" value={holds} placeholder="Find a pipeline" autoComplete="off" />
        <button type="submit" class="button">
          <Icon name="search" />
          Find
        </button>
      </form>
    </search>
  )
}

function lineId(index: number): string {
  return `line-${index + 1}`
}

/** The same in pieces. */
export function pipelineListSections({ list, csrf }: Pick<PageProps, 'list' | 'csrf'>, now: number): LiveSection[] {
  return list.lines.map((line, index) =>
    section(lineId(index), now, <Line id={lineId(index)} line={line} csrf={csrf} />),
  )
}

interface LineProps {
  readonly id: string
  readonly line: PipelineLine
  readonly csrf: string
}

function Line({ id, line, csrf }: LineProps) {
  const { latest } = line
  return (
    <li id={id} class={`pipeline tone-${toneOf(latest?.status)}`}>
      <div class="pipeline-main">
        <h2>
          <a href={to.pipeline(line.name)}>{line.name}</a>
        </h2>
        <p class="pipeline-status">
          <Status status={latest?.status} />
          {latest && (
            <span class="quiet">
              <Ago at={latest.lastUpdateTime} />
            </span>
          )}
          {line.approvals > 0 && (
            <span class="badge warn">
              <Icon name="person" />
              {line.approvals === 1 ? 'Approval needed' : `${line.approvals} approvals needed`}
            </span>
          )}
          {line.sourceProblem && (
            <span class="badge bad">
              <Icon name="warning" />
              Source problem
            </span>
          )}
        </p>
      </div>
      <div class="pipeline-revision">
        {latest?.sourceRevisions.map((each) => (
          <Revision key={each.actionName} id={each.revisionId} summary={each.revisionSummary} url={each.revisionUrl} />
        ))}
        {latest && (
          <p class="quiet">
            <Trigger trigger={latest.trigger} />
            {!isRunning(latest) && `, took ${duration(Number(latest.lastUpdateTime) - Number(latest.startTime))}`}
          </p>
        )}
      </div>
      <Strip line={line} />
      <div class="pipeline-end">
        {line.mayStart && (
          <Post action={to.pipeline(line.name, 'start')} csrf={csrf}>
            <input type="hidden" name="back" value="list" />
            <button type="submit" class="button">
              <Icon name="play" />
              Release change<span class="sr"> of {line.name}</span>
            </button>
          </Post>
        )}
      </div>
    </li>
  )
}

/** The stages in small. */
function Strip({ line }: { readonly line: PipelineLine }) {
  return (
    <ol class="strip" aria-label={`Stages of ${line.name}`}>
      {line.stages.map((stage) => (
        <li key={stage.name} class={`tone-${toneOf(stage.status)}${stage.closed ? ' closed' : ''}`}>
          {stage.closed && <Icon name="lock" />}
          <span
            class="strip-name"
            title={`${stage.name}: ${wordsFor(stage.status)}${stage.closed ? ', transition disabled' : ''}`}
          >
            <StripIcon status={stage.status} />
            {stage.name}
            <span class="sr">
              : {wordsFor(stage.status)}
              {stage.closed && ', transition disabled'}
            </span>
          </span>
        </li>
      ))}
    </ol>
  )
}

const stripIcons = {
  Succeeded: 'succeeded',
  Failed: 'failed',
  InProgress: 'progress',
  Stopping: 'progress',
  Stopped: 'stopped',
  Skipped: 'skipped',
  Cancelled: 'cancelled',
} as const

function StripIcon({ status }: { readonly status: string | undefined }) {
  const name = status && status in stripIcons ? stripIcons[status as keyof typeof stripIcons] : 'idle'
  return <Icon name={name} />
}

function Empty({ mayCreate }: { readonly mayCreate: boolean }) {
  return (
    <section class="empty">
      <h2>No pipelines yet</h2>
      <p>
        A pipeline takes every change of a source through its stages: build it, test it, ask someone, deploy it. There
        are three ways to add one:
      </p>
      <ul class="ways">
        <li>
          <strong>Here.</strong> The wizard asks for a source, a build and a deployment.{' '}
          {mayCreate ? <a href="/create">Create a pipeline</a> : 'You may not create pipelines, though.'}
        </li>
        <li>
          <strong>On the command line.</strong>
          <Pre>penstock import pipeline.json</Pre>
          takes the very file that <code>aws codepipeline get-pipeline</code> prints.
        </li>
        <li>
          <strong>With the AWS CLI or an SDK,</strong> pointed at this server.
          <Pre>aws codepipeline create-pipeline --cli-input-json file://pipeline.json --endpoint-url …</Pre>
        </li>
      </ul>
    </section>
  )
}
