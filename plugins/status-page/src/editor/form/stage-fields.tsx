import type { StageDeclaration } from '@penstock/core'
import { stageRest } from '../draft/rest.js'
import { fieldId } from '../problem-map.js'
import { ActionFields } from './action-fields.js'
import { Conditions, Failure } from './conditions.js'
import { Field } from './field.js'
import { Add, Around, Tools } from './parts.js'

interface StageFieldsProps {
  readonly stage: StageDeclaration
  readonly index: number
  readonly last: boolean
}

/** A stage with its conditions and its actions. */
export function StageFields({ stage, index, last }: StageFieldsProps) {
  const at = `stages[${index}]`
  const name = stage.name || `stage ${index + 1}`
  return (
    <li>
      <fieldset class="panel form-stage" id={fieldId(at)}>
        <legend>Stage {index + 1}</legend>
        <input type="hidden" name={`${at}.rest`} value={stageRest(stage)} />
        <div class="form-grid form-row">
          <Field path={`${at}.name`} label="Stage name" value={stage.name} required />
          <Failure failure={stage.onFailure} at={`${at}.onFailure`} />
          <Tools at={at} name={name} first={index === 0} last={last} goesWith=" with its actions" />
        </div>
        <Around path={at} />
        <Around path={`${at}.onFailure`} />
        <Conditions stage={stage} at={at} />
        <Around path={`${at}.actions`} />
        {stage.actions.map((action, place) => (
          <ActionFields
            key={place}
            action={action}
            stageIndex={index}
            index={place}
            last={place === stage.actions.length - 1}
          />
        ))}
        <Add deed={`add:${at}.actions`}>Add an action to {name}</Add>
      </fieldset>
      <p class="add-stage">
        <Add deed={`insert:stages[${index + 1}]`}>Add a stage here</Add>
      </p>
    </li>
  )
}
