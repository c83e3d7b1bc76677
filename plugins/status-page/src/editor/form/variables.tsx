import { type Draft } from '../draft/draft.js'
import { Field } from './field.js'
import { Add, Around, Remove } from './parts.js'

/** What whoever starts the pipeline may set (S14). */
export function Variables({ draft }: { readonly draft: Draft }) {
  const variables = draft.variables ?? []
  return (
    <fieldset class="panel">
      <legend>Variables</legend>
      <Around path="variables" />
      {variables.length === 0 && (
        <p class="hint">
          None. Actions refer to them as {'#{variables.NAME}'}; whoever releases a change may set them.
        </p>
      )}
      {variables.map((variable, index) => {
        const at = `variables[${index}]`
        return (
          <div key={index} class="form-grid form-row">
            <Field path={`${at}.name`} label="Name" value={variable.name} required />
            <Field path={`${at}.defaultValue`} label="Default" value={variable.defaultValue} />
            <Field path={`${at}.description`} label="Description" value={variable.description} />
            <Remove at={at} label={`Remove variable ${variable.name || index + 1}`} />
          </div>
        )
      })}
      <Add deed="add:variables">Add a variable</Add>
    </fieldset>
  )
}
