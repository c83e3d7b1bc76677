import type { FaultDetail } from '@penstock/core'
import type { Draft } from '../../editor/draft/draft.js'
import { knownTypes } from '../../editor/known-types.js'
import { ProblemMap } from '../../editor/problem-map.js'
import { sealSecrets, typedSecrets } from '../../editor/secrets.js'
import { csrfToken } from '../../http/csrf.js'
import { type Seal, sealOf } from '../../http/seal.js'
import { type Ctx, operationsOf, type Site } from '../../site.js'
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
  /** Where the reader goes on: a field's place, or a button's value. */
  readonly focus?: string | undefined
  /** What is saved now, when it is to be compared with the draft. */
  readonly compare?: { readonly saved: Draft | undefined }
}

/** Answers with the editor. */
export async function drawEditor(ctx: Ctx, site: Site, editing: Editing): Promise<void> {
  const known = await knownTypes(operationsOf(ctx, site))
  const seal = sealOf(ctx)
  const { text } = editing
  const page = (
    <EditorPage
      {...editing}
      draft={sealSecrets(editing.draft, known, seal)}
      {...(text !== undefined && { text: sealText(text, typedSecrets(editing.draft, known), seal) })}
      problemMap={new ProblemMap(editing.problems ?? [])}
      known={known}
      csrf={csrfToken(ctx)}
    />
  )
  const title = editing.existing ? `Edit ${editing.existing}` : 'New pipeline'
  show(ctx, site, { title, section: 'pipelines', scripts: ['editor.js'] }, page)
}

/** The text stays as it was typed, but for the secrets in it. */
function sealText(text: string, secrets: readonly string[], seal: Seal): string {
  return secrets.reduce(
    (rest, secret) => rest.replaceAll(JSON.stringify(secret), () => JSON.stringify(seal.close(secret))),
    text,
  )
}
