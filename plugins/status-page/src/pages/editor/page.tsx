import type { ActionTypeInfo } from '@penstock/core'
import { fieldId, type ProblemMap } from '../../editor/fields.js'
import { DraftForm } from '../../editor/form.js'
import { Trail } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import type { Editing } from './draw.js'

interface EditorProps extends Editing {
  readonly problemMap: ProblemMap
  readonly types: readonly ActionTypeInfo[]
  readonly csrf: string
}

/** The editor: a form drawn from the action types, or the declaration as JSON; one can be turned into the other. */
export function EditorPage(props: EditorProps) {
  const { existing, as, csrf, version, draft, types, problemMap } = props
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
      <Problems problems={problemMap} as={as} />
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
        <fieldset class="tabs" aria-label="How to edit">
          <button type="submit" class="tab" name="do" value="as-form" aria-pressed={as === 'form'} formNoValidate>
            Form
          </button>
          <button type="submit" class="tab" name="do" value="as-json" aria-pressed={as === 'json'} formNoValidate>
            JSON
          </button>
        </fieldset>
        {as === 'form' ? (
          <DraftForm draft={draft} types={types} problems={problemMap} renamed={!existing} />
        ) : (
          <JsonField text={props.text ?? JSON.stringify(draft, undefined, 2)} />
        )}
        <SaveBar {...props} />
      </form>
    </div>
  )
}

/** All problems with their places; the form also shows each at its field. */
function Problems({ problems, as }: { readonly problems: ProblemMap; readonly as: 'form' | 'json' }) {
  if (problems.all.length === 0) return null
  return (
    <div class="notice bad" role="alert">
      <Icon name="failed" />
      <div>
        <p>
          <strong>
            {problems.all.length === 1 ? 'One thing is wrong.' : `${problems.all.length} things are wrong.`} Nothing was
            saved.
          </strong>
        </p>
        <ul>
          {problems.all.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              {message}
              {path && (as === 'form' ? <a href={`#${fieldId(path)}`}>{path}</a> : <code>{path}</code>)}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}

function JsonField({ text }: { readonly text: string }) {
  return (
    <div class="field">
      <label for="json">
        The declaration, as <code>aws codepipeline get-pipeline</code> prints it
      </label>
      <textarea id="json" name="json" class="json" rows={32} spellcheck={false} data-json>
        {text}
      </textarea>
      <p class="hint">
        Secrets are shown as ****; where that is left in place they stay as they are. Tab indents; Escape, then Tab
        leaves the text.
      </p>
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
        <button type="submit" class="button primary" name="do" value="save">
          {existing ? 'Save' : 'Create the pipeline'}
        </button>
      </div>
    </div>
  )
}
