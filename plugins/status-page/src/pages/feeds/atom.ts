import type { PastExecution } from '@penstock/core'
import { personOf } from '../../view/person.js'
import { shortRevision, summaryOf } from '../../view/revision.js'
import { stateOfStatus } from '../../view/state.js'
import { attributes, xml } from './xml.js'

interface Feed {
  readonly title: string
  /** Its own address, and the page's that says the same. */
  readonly self: string
  readonly page: string
  readonly publicUrl: string
  /** Newest first. */
  readonly executions: readonly PastExecution[]
  readonly now: number
}

/** Executions as an Atom feed (RFC 4287): an entry for each, which changes when its state does. */
export function atom({ title, self, page, publicUrl, executions, now }: Feed): string {
  const updated = Math.max(...executions.map((each) => each.updated), 0) || now
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `<id>${xml(self)}</id>`,
    `<title>${xml(title)}</title>`,
    `<updated>${moment(updated)}</updated>`,
    `<link${attributes({ rel: 'self', type: 'application/atom+xml', href: self })}/>`,
    `<link${attributes({ rel: 'alternate', type: 'text/html', href: page })}/>`,
    ...executions.map((execution) => entry(execution, publicUrl)),
    '</feed>',
    '',
  ].join('\n')
}

function entry({ pipelineName, pipelineExecutionId: id, ...execution }: PastExecution, publicUrl: string): string {
  const { status, started, updated, trigger, sourceRevisions, stopReason } = execution
  const commits = sourceRevisions.map(({ revisionId, revisionSummary, author }) =>
    [shortRevision(revisionId), revisionSummary && summaryOf(revisionSummary), author && `(${author})`]
      .filter(Boolean)
      .join(' '),
  )
  const who = trigger.triggerDetail?.startsWith('arn:') ? personOf(trigger.triggerDetail) : 'Penstock'
  const said = [...commits, stopReason && `Stopped: ${stopReason}`].filter(Boolean).join('\n')
  return [
    '<entry>',
    `<id>urn:uuid:${xml(id)}</id>`,
    `<title>${xml(`${pipelineName}: ${stateOfStatus(status).words}`)}</title>`,
    `<published>${moment(started)}</published><updated>${moment(updated)}</updated>`,
    `<author><name>${xml(sourceRevisions.find(({ author }) => author)?.author ?? who)}</name></author>`,
    `<link${attributes({ href: `${publicUrl}/pipelines/${encodeURIComponent(pipelineName)}/executions/${encodeURIComponent(id)}` })}/>`,
    `<content type="text">${xml(said || 'No revision yet.')}</content>`,
    '</entry>',
  ].join('')
}

const moment = (at: number) => new Date(at).toISOString()
