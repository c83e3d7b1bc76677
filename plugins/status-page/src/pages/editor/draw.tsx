import type { FaultDetail } from '@penstock/core'
import type { Draft } from '../../editor/draft.js'
import { ProblemMap } from '../../editor/fields.js'
import { csrfToken } from '../../http/csrf.js'
import type { Ctx, Site } from '../../site.js'
import { show } from '../../view/show.js'
import { EditorPage } from './page.js'

/** What the editor is to show. */
export interface Editing {
  readonly draft: Draft
  readonly as: 'form' | 'json'
  /** The text of the JSON editor, where it differs from the draft's (it may be no JSON at all). */
  readonly text?: string
  /** The name of the pipeline that is changed; a new one is made when absent. */
  readonly existing?: string | undefined
  /** The version that was read, to notice that someone else saved meanwhile. */
  readonly version?: number | undefined
  readonly runAgain?: boolean
  readonly problems?: readonly FaultDetail[]
}

/** Answers with the editor. */
export function drawEditor(ctx: Ctx, site: Site, editing: Editing): void {
  const page = (
    <EditorPage
      {...editing}
      problemMap={new ProblemMap(editing.problems ?? [])}
      types={site.server.plugins.actionTypes()}
      csrf={csrfToken(ctx)}
    />
  )
  const title = editing.existing ? `Edit ${editing.existing}` : 'New pipeline'
  show(ctx, site, { title, section: 'pipelines', scripts: ['editor.js'] }, page)
}
