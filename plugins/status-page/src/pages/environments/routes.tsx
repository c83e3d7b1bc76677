import type { DeployedHost, DeployedStage, PrincipalOperations } from '@penstock/core'
import { type Ctx, operationsOf, type PageRouter, type Site } from '../../site.js'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, to } from '../../view/link.js'
import { Commit, shortRevision } from '../../view/revision.js'
import { show } from '../../view/show.js'
import { StateMark } from '../../view/status.js'
import { Ago } from '../../view/time.js'
import { newerThan } from '../pipeline/truth.js'
import { visible } from '../pipelines/model.js'

/** Executions looked through for what is newer than what is live. */
const lookedBack = 30

interface Place {
  readonly pipeline: string
  readonly stages: readonly (DeployedStage & { readonly behind: number })[]
}

/** What is live where: by pipeline and stage, and of the hosts that are deployed to, which has what. */
export function environmentRoutes(router: PageRouter, site: Site): void {
  router.get('/environments', async (ctx: Ctx) => {
    const operations = operationsOf(ctx, site)
    await operations.authorize('listPipelines', {})
    const [places, hosts] = await Promise.all([loadPlaces(site, operations), loadHosts(operations)])
    show(ctx, site, { title: 'Environments', section: 'environments' }, <Environments places={places} hosts={hosts} />)
  })
}

async function loadPlaces(site: Site, operations: PrincipalOperations): Promise<Place[]> {
  const { overview } = site.server
  const names = (await visible(site, operations))
    .map(({ name }) => name)
    .filter((name) => operations.may('listPipelineExecutions', { pipelineName: name }))
  const places = await Promise.all(
    names.map(async (pipeline) => {
      const deployed = await overview.deployed(pipeline)
      const past = deployed.length > 0 ? await overview.recent([pipeline], lookedBack) : []
      const stages = deployed.map((stage) => ({ ...stage, behind: newerThan(past, stage.execution).length }))
      return { pipeline, stages }
    }),
  )
  return places.filter(({ stages }) => stages.length > 0)
}

/** Undefined where nothing deploys to hosts, or the reader may not see them. */
async function loadHosts(operations: PrincipalOperations): Promise<readonly DeployedHost[] | undefined> {
  if (!operations.may('listDeployedHosts', {})) return undefined
  try {
    return (await operations.listDeployedHosts({})).hosts
  } catch {
    return undefined
  }
}

interface PageProps {
  readonly places: readonly Place[]
  readonly hosts: readonly DeployedHost[] | undefined
}

function Environments({ places, hosts }: PageProps) {
  return (
    <>
      <header class="page-head">
        <h1>Environments</h1>
        <p class="lead">What is live where, since when, and what is newer.</p>
      </header>
      {places.length === 0 ? (
        <p class="empty">
          No pipeline has deployed anything yet. A stage counts that has an action of the category Deploy.
        </p>
      ) : (
        <table class="table cards">
          <thead>
            <tr>
              <th scope="col">Pipeline</th>
              <th scope="col">Environment</th>
              <th scope="col">Runs</th>
              <th scope="col">Since</th>
              <th scope="col">Newer</th>
            </tr>
          </thead>
          <tbody>{places.map(placeRows)}</tbody>
        </table>
      )}
      {hosts && hosts.length > 0 && <Hosts hosts={hosts} />}
    </>
  )
}

function placeRows({ pipeline, stages }: Place) {
  return stages.map(({ stageName, at, execution, behind }, index) => (
    <tr key={`${pipeline}/${stageName}`}>
      <td data-label="Pipeline">{index === 0 && <a href={to.pipeline(pipeline)}>{pipeline}</a>}</td>
      <td data-label="Environment">
        <strong>{stageName}</strong>
      </td>
      <td data-label="Runs" class="revisions">
        <Commit revision={execution.sourceRevisions[0]} more={execution.sourceRevisions.length - 1} />
      </td>
      <td data-label="Since">
        <Ago at={at} />{' '}
        <span class="quiet block">
          <ExecutionLink pipeline={pipeline} id={execution.pipelineExecutionId} />
        </span>
      </td>
      <td data-label="Newer">
        {behind === 0 ? (
          <StateMark state={{ name: 'succeeded', words: 'the newest' }} quiet />
        ) : (
          <a href={to.pipeline(pipeline)}>
            {behind} {behind === 1 ? 'execution' : 'executions'} behind
          </a>
        )}
      </td>
    </tr>
  ))
}

function Hosts({ hosts }: { readonly hosts: readonly DeployedHost[] }) {
  return (
    <section class="panel" aria-labelledby="hosts-title">
      <header class="panel-head">
        <h2 id="hosts-title">Hosts</h2>
      </header>
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">Host</th>
            <th scope="col">Application and group</th>
            <th scope="col">Revision</th>
            <th scope="col">State</th>
            <th scope="col">Heard of</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map((host) => (
            <tr key={`${host.applicationName}/${host.deploymentGroupName}/${host.host}`}>
              <td data-label="Host" class="break">
                <Icon name="host" /> {host.host}
              </td>
              <td data-label="Application and group">
                {host.applicationName} / {host.deploymentGroupName}
              </td>
              <td data-label="Revision">
                <code title={host.revisionId ?? host.revision}>
                  {shortRevision(host.revisionId ?? host.revision ?? 'unknown')}
                </code>
              </td>
              <td data-label="State">{stateOf(host)}</td>
              <td data-label="Heard of">
                <Ago at={host.contactTime} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function stateOf({ healthy, revision, wanted, drift, problem }: DeployedHost) {
  if (!healthy) return <StateMark state={{ name: 'failed', words: 'the last deployment failed' }} />
  if (problem) return <StateMark state={{ name: 'failed', words: problem }} />
  if (drift && drift.total > 0) {
    return <StateMark state={{ name: 'held', words: `${drift.total} files changed by hand` }} />
  }
  if (wanted !== undefined && revision !== wanted)
    return <StateMark state={{ name: 'queued', words: 'has an older revision' }} />
  return <StateMark state={{ name: 'succeeded', words: 'as deployed' }} quiet />
}
