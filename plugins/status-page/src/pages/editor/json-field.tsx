import type { ProblemMap } from '../../editor/problem-map.js'
import { assetUrl } from '../../http/assets.js'
import { linesOf } from './problems.js'

/** The declaration as text. A script adds line numbers, colours and problems at their lines; without it, it is a text. */
export function JsonField({ text, problems }: { readonly text: string; readonly problems: ProblemMap }) {
  const marks = [...linesOf(problems, text)].map(([{ message }, line]) => ({ line, message }))
  return (
    <div class="field">
      <label for="json">
        The declaration, as <code>aws codepipeline get-pipeline</code> prints it
      </label>
      <div class="code" data-code={assetUrl('json.js')} data-marks={JSON.stringify(marks)}>
        <textarea
          id="json"
          name="json"
          class="json"
          rows={32}
          spellcheck={false}
          wrap="off"
          autoComplete="off"
          {...{ autocapitalize: 'off' }}
          aria-describedby="json-hint json-state"
        >
          {text.startsWith('\n') ? `\n${text}` : text}
        </textarea>
      </div>
      <p class="code-state" id="json-state" role="status" data-code-state />
      <p class="hint" id="json-hint">
        Secrets are shown as ****; where that is left in place they stay as they are. Tab indents; Escape, then Tab
        leaves the text.
      </p>
    </div>
  )
}
