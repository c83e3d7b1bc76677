import type { JobInHand, OperationOutput, WaitingJobs, WorkerPresence } from '@penstock/core'
import type { ComponentChildren } from 'preact'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import { Ago } from '../../view/time.js'

interface PageProps {
  readonly queue: OperationOutput<'getQueue'>
}

/** Workers, what waits, and what is in hand. */
export function WorkersPage({ queue: { workers, inHand, hiddenInHand, waiting } }: PageProps) {
  const stuck = waiting.filter(({ takenBy }) => takenBy === 'nobody').reduce((sum, { count }) => sum + count, 0)
  const queued = waiting.reduce((sum, { count }) => sum + count, 0)
  return (
    <div id="workers">
      <header class="page-head">
        <h1>Workers</h1>
        <p class="lead">
          {counted(inHand.length + hiddenInHand, 'job')} in hand, {queued} waiting
          {stuck > 0 && <strong>, {stuck} of them with nobody to take them</strong>}.
        </p>
      </header>
      <Section
        title="Workers"
        empty={workers.length === 0 && 'No worker is known: this server runs no actions itself.'}
      >
        <Table heads={['Worker', 'Where', 'Jobs', 'Last heard']}>
          {workers.map((worker) => (
            <WorkerRow key={worker.id} worker={worker} />
          ))}
        </Table>
      </Section>
      <Section title="Waiting" empty={waiting.length === 0 && 'Nothing waits.'}>
        <Table heads={['Action type', 'Jobs', 'Oldest', 'Taken by']}>
          {waiting.map((one) => (
            <WaitingRow key={one.typeKey} waiting={one} />
          ))}
        </Table>
      </Section>
      <Section title="In hand" empty={inHand.length === 0 && 'Nobody has a job in hand.'}>
        <Table heads={['Action', 'Action type', 'Worker', 'Queued']}>
          {inHand.map((job) => (
            <JobRow key={job.jobId} job={job} />
          ))}
        </Table>
      </Section>
    </div>
  )
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/** `empty`: what is said instead, when there is nothing. */
function Section({ title, empty, children }: { title: string; empty: string | false; children: ComponentChildren }) {
  return (
    <section class="panel" aria-label={title}>
      <header class="panel-head">
        <h2>{title}</h2>
      </header>
      {empty === false ? children : <p class="quiet pad">{empty}</p>}
    </section>
  )
}

function Table({ heads, children }: { heads: readonly string[]; children: ComponentChildren }) {
  return (
    <table class="table cards">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  )
}

function WorkerRow({ worker: { id, kind, here, jobs, capacity, lastHeard } }: { readonly worker: WorkerPresence }) {
  return (
    <tr>
      <td data-label="Worker" class="mono">
        {id}
      </td>
      <td data-label="Where">{here ? 'this server' : kind === 'server' ? 'another server' : 'another machine'}</td>
      <td data-label="Jobs">{capacity === undefined ? jobs : `${jobs} of ${capacity}`}</td>
      <td data-label="Last heard">
        {here ? 'now' : lastHeard === undefined ? <span class="quiet">by another server</span> : <Ago at={lastHeard} />}
      </td>
    </tr>
  )
}

const takers: Readonly<Record<WaitingJobs['takenBy'], string>> = {
  workers: 'the workers above, when one is free',
  pollers: "a job worker of the custom action type's own, which polls for them",
  nobody: 'nobody that this server knows of: is its plugin installed, switched on and well?',
}

function WaitingRow({ waiting: { typeKey, count, oldest, takenBy } }: { readonly waiting: WaitingJobs }) {
  return (
    <tr>
      <td data-label="Action type" class="mono">
        {typeKey}
      </td>
      <td data-label="Jobs">{count}</td>
      <td data-label="Oldest">
        <Ago at={oldest} />
      </td>
      <td data-label="Taken by">
        <span class={`status tone-${takenBy === 'nobody' ? 'failed' : 'queued'}`}>
          <Icon name={takenBy === 'nobody' ? 'warning' : 'waiting'} />
          <span>{takers[takenBy]}</span>
        </span>
      </td>
    </tr>
  )
}

function JobRow({ job }: { readonly job: JobInHand }) {
  const { pipelineName, stageName, actionName, actionExecutionId, typeKey, kind, status, workerId, created } = job
  const name = `${stageName} / ${actionName}`
  return (
    <tr>
      <td data-label="Action">
        <a href={to.pipeline(pipelineName)}>{pipelineName}</a>
        <span class="quiet block">
          {kind === 'action' ? <a href={to.action(pipelineName, actionExecutionId)}>{name}</a> : `${name} (rule)`}
        </span>
      </td>
      <td data-label="Action type" class="mono">
        {typeKey}
      </td>
      <td data-label="Worker" class="mono">
        {workerId ?? (status === 'Dispatched' ? 'polled for, not acknowledged yet' : 'a job worker that polls')}
      </td>
      <td data-label="Queued">
        <Ago at={created} />
      </td>
    </tr>
  )
}
