import { DraftForm } from '../../editor/form/draft-form.js'
import type { KnownTypes } from '../../editor/known-types.js'
import type { ProblemMap } from '../../editor/problem-map.js'
import { Trail } from '../../view/form.js'
import { to } from '../../view/link.js'
import { Changes } from './changes.js'
import type { Editing } from './draw.js'
import { JsonField } from './json-field.js'
import { Problems } from './problems.js'

interface EditorProps extends Editing {
  readonly problemMap: ProblemMap
  readonly known: KnownTypes
  readonly csrf: string
}

/** The editor: a form drawn from the action types, or the declaration as JSON; one can be turned into the other. */
export function EditorPage(props: EditorProps) {
  const { existing, as, csrf, version, draft, known, problemMap, focus, compare } = props
  const text = props.text ?? JSON.stringify(draft, undefined, 2)
  const action = existing ? to.pipeline(existing, 'edit') : '/create'
  const steps = [
    { href: '/', label: 'Pipelines' },
    ...(existing ? [{ href: to.pipeline(existing), label: existing }] : []),
  ]
  return (
    <div id="editor">
      <header class="page-head">
        <Trail steps={steps} />
        <h1>{existing ? 'Edit the pipeline' : 'New pipeline'}</h1>
      </header>
      <Problems problems={problemMap} text={as === 'json' ? text : undefined} />
      <form
        method="post"
        action={action}
        class="editor"
        data-editor
        data-once
        hx-post={action}
        hx-target="#editor"
        hx-select="#editor"
        hx-swap="outerHTML"
      >
        {/* Enter in a field presses a form's first button: this one, which only draws the form again. */}
        <button type="submit" class="sr" name="do" value="redraw" tabIndex={-1} aria-hidden="true" formNoValidate>
          Draw again
        </button>
        <input type="hidden" name="_csrf" value={csrf} />
        <input type="hidden" name="as" value={as} />
        <input type="hidden" name="version" value={version ?? ''} />
        <fieldset class="form-tabs" aria-label="How to edit">
          <button type="submit" class="tab" name="do" value="as-form" aria-pressed={as === 'form'} formNoValidate>
            Form
          </button>
          <button type="submit" class="tab" name="do" value="as-json" aria-pressed={as === 'json'} formNoValidate>
            JSON
          </button>
        </fieldset>
        {as === 'form' ? (
          <DraftForm draft={draft} known={known} problems={problemMap} focus={focus} renamed={!existing} />
        ) : (
          <JsonField text={text} problems={problemMap} />
        )}
        {compare && <Changes saved={compare.saved} draft={draft} known={known} />}
        <SaveBar {...props} />
      </form>
    </div>
  )
}

function SaveBar({ existing, runAgain }: EditorProps) {
  return (
    <div class="save-bar">
      {existing ? (
        <label class="choice">
          <input type="checkbox" name="again" value="yes" checked={runAgain ?? true} />
          <span>Run all stages again with the change</span>
        </label>
      ) : (
        <p class="hint">A new pipeline starts its first execution at once.</p>
      )}
      <div class="buttons">
        <a class="button quiet" href={existing ? to.pipeline(existing) : '/'}>
          Cancel
        </a>
        <button type="submit" class="button" name="do" value="compare">
          Show what changes
        </button>
        <button type="submit" class="button primary" name="do" value="save">
          {existing ? 'Save' : 'Create the pipeline'}
        </button>
      </div>
    </div>
  )
}
