import type { StoredObject, Views } from '@penstock/core'
import type { Excerpt } from '../../log/excerpt.js'
import { Trail } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, External, to } from '../../view/link.js'
import { Pre } from '../../view/pre.js'
import { Status } from '../../view/status.js'
import { Ago, duration, Moment } from '../../view/time.js'
import { Excerpted } from '../pipeline/waits.js'
import { Artifacts } from './artifacts.js'
import { type TestReport, TestReports } from './test-reports.js'

interface ActionPageProps {
  readonly pipeline: string
  readonly action: Views.ActionExecutionDetail
  readonly configuration: ReadonlyMap<string, string>
  readonly resolved: ReadonlyMap<string, string>
  readonly targets: readonly Views.DeployTarget[]
  /** What is kept of its artifacts, by name. */
  readonly stored: ReadonlyMap<string, StoredObject>
  readonly reports: readonly TestReport[]
  /** The end of its log, or the lines that say why it failed. */
  readonly excerpt: Excerpt | undefined
  readonly csrf: string
  readonly now: number
}

/** What one run of an action was given, and what came of it. */
export function ActionPage(props: ActionPageProps) {
  const { pipeline, action } = props
  const { input, output } = action
  return (
    <>
      <ActionHead {...props} />
      {props.excerpt && (
        <Excerpted excerpt={props.excerpt} log={to.action(pipeline, action.actionExecutionId, 'log')} />
      )}
      <TestReports reports={props.reports} />
      <Artifacts pipeline={pipeline} action={action} stored={props.stored} />
      <Table
        title="Output variables"
        head={['Name', 'Value']}
        rows={Object.entries(output?.outputVariables ?? {}).map(([name, value]) => [
          input.namespace ? `#{${input.namespace}.${name}}` : name,
          value,
        ])}
      />
      <Table title="Configuration" head={['Property', 'Value', 'As declared']} rows={configurationRows(props)} />
      <Targets targets={props.targets} />
      <p class="pager">
        Part of execution <ExecutionLink pipeline={pipeline} id={action.pipelineExecutionId} />.
      </p>
    </>
  )
}

function ActionHead({ pipeline, action, now }: ActionPageProps) {
  const result = action.output?.executionResult
  const { category, owner, provider, version } = action.input.actionTypeId
  const running = action.status === 'InProgress'
  const pending = running && category === 'Approval'
  return (
    <header class="page-head">
      <Trail
        steps={[
          { href: '/', label: 'Pipelines' },
          { href: to.pipeline(pipeline), label: pipeline },
          { href: to.execution(pipeline, action.pipelineExecutionId), label: 'Execution' },
        ]}
      />
      <div class="page-title">
        <h1>
          <span class="quiet">{action.stageName} / </span>
          {action.actionName}
        </h1>
        <Status status={pending ? 'Approval' : action.status} />
      </div>
      {result?.errorDetails?.message && (
        <p class="error-text">
          {result.errorDetails.code && <code>{result.errorDetails.code}</code>} {result.errorDetails.message}
        </p>
      )}
      {result?.externalExecutionSummary && !result.errorDetails && (
        <p class="lead">{result.externalExecutionSummary}</p>
      )}
      <p class="facts">
        <span>
          {category} by {provider} <span class="quiet">({`${owner}, version ${version}`})</span>
        </span>
        <span>
          started <Ago at={action.startTime} />, <Moment at={action.startTime} />
        </span>
        <span>
          {running ? 'running for ' : 'took '}
          {duration((running ? now : Number(action.lastUpdateTime)) - Number(action.startTime))}
        </span>
        {action.updatedBy && <span>last changed by {action.updatedBy.split(/[:/]/).at(-1)}</span>}
      </p>
      <div class="toolbar">
        {category !== 'Approval' && (
          <a class="button" href={to.action(pipeline, action.actionExecutionId, 'log')}>
            <Icon name="log" />
            Log
          </a>
        )}
        {pending && (
          <a class="button primary" href={to.execution(pipeline, action.pipelineExecutionId)}>
            Answer this approval
          </a>
        )}
        {result?.externalExecutionUrl && (
          <External href={result.externalExecutionUrl}>{result.externalExecutionId ?? provider}</External>
        )}
      </div>
    </header>
  )
}

/** The declared value is shown only where variables made another one of it. */
function configurationRows({ configuration, resolved }: ActionPageProps): string[][] {
  const names = new Set([...configuration.keys(), ...resolved.keys()])
  return [...names].map((name) => {
    const declared = configuration.get(name) ?? ''
    const value = resolved.get(name) ?? declared
    return [name, value, value === declared ? '' : declared]
  })
}

interface TableProps {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

function Table({ title, head, rows }: TableProps) {
  if (rows.length === 0) return null
  const filled = head.filter((_, column) => column < 2 || rows.some((row) => row[column]))
  return (
    <section class="panel">
      <header class="panel-head">
        <h2>{title}</h2>
      </header>
      <table class="table plain">
        <thead>
          <tr>
            {filled.map((name) => (
              <th key={name} scope="col">
                {name || <span class="sr">Direction</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('/')}>
              {filled.map((name, column) => (
                <td key={name} data-label={name}>
                  {column === 0 ? row[0] : <code class="value">{row[column]}</code>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Targets({ targets }: { readonly targets: readonly Views.DeployTarget[] }) {
  if (targets.length === 0) return null
  return (
    <section class="panel">
      <header class="panel-head">
        <h2>Deployment targets</h2>
      </header>
      {targets.map((target) => (
        <details key={target.targetId} class="deploy-target" open={target.status === 'Failed'}>
          <summary>
            <strong>{target.targetId}</strong> <Status status={target.status} />
          </summary>
          <ol class="events">
            {target.events.map((event) => (
              <li key={event.name}>
                <span>{event.name}</span>
                <Status status={event.status} />
                {event.startTime && event.endTime && (
                  <span class="quiet">{duration(Number(event.endTime) - Number(event.startTime))}</span>
                )}
                {event.context?.message && <Pre>{event.context.message}</Pre>}
              </li>
            ))}
          </ol>
        </details>
      ))}
    </section>
  )
}
