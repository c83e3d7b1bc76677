import type { ActionDeclaration, ActionTypeInfo } from '@penstock/core'
import { typeText } from '../draft/draft.js'
import { actionRest } from '../draft/rest.js'
import { fieldId } from '../problem-map.js'
import { useForm } from './context.js'
import { Environment } from './environment.js'
import { Area, Field, type Option, Select } from './field.js'
import { Around, Tools } from './parts.js'
import { Configuration } from './property-field.js'

interface ActionFieldsProps {
  readonly action: ActionDeclaration
  readonly stageIndex: number
  readonly index: number
  readonly last: boolean
}

/** An action, drawn from its type's declaration. */
export function ActionFields({ action, stageIndex, index, last }: ActionFieldsProps) {
  const { types } = useForm()
  const at = `stages[${stageIndex}].actions[${index}]`
  const type = types.find(({ id }) => typeText(id) === typeText(action.actionTypeId))
  return (
    <fieldset class="form-action" id={fieldId(at)}>
      <legend>{action.name || 'New action'}</legend>
      <input type="hidden" name={`${at}.rest`} value={actionRest(action)} />
      <input type="hidden" name={`${at}.typeWas`} value={typeText(action.actionTypeId)} />
      <div class="form-grid form-row">
        <Field path={`${at}.name`} label="Action name" value={action.name} required />
        <Select
          path={`${at}.actionTypeId`}
          label="What it does"
          value={typeText(action.actionTypeId)}
          options={typeOptions(types, stageIndex)}
          hint={type?.description}
          redraw
        />
        <Field
          path={`${at}.runOrder`}
          label="Run order"
          value={action.runOrder ?? 1}
          type="number"
          hint="Equal numbers run side by side."
        />
        <Tools at={at} name={action.name || `action ${index + 1}`} first={index === 0} last={last} />
      </div>
      <Around path={at} />
      <Around path={`${at}.configuration`} />
      <Configuration at={at} properties={type?.properties ?? {}} value={action.configuration} />
      <Details action={action} at={at} type={type} />
      <Environment action={action} at={at} />
    </fieldset>
  )
}

type DetailsProps = Pick<ActionFieldsProps, 'action'> & { at: string; type: ActionTypeInfo | undefined }

/** What it takes and gives, and how later actions call it. */
function Details({ action, at, type }: DetailsProps) {
  const { category } = action.actionTypeId
  const names = (list: ActionDeclaration['inputArtifacts']) => list?.map((each) => each.name).join(', ')
  return (
    <div class="form-grid">
      {(type?.inputArtifacts.maximumCount ?? 1) > 0 && (
        <Field
          path={`${at}.inputArtifacts`}
          label="Input artifacts"
          value={names(action.inputArtifacts)}
          hint={countHint(type?.inputArtifacts)}
        />
      )}
      {(type?.outputArtifacts.maximumCount ?? 1) > 0 && (
        <Field
          path={`${at}.outputArtifacts`}
          label="Output artifacts"
          value={names(action.outputArtifacts)}
          hint={countHint(type?.outputArtifacts)}
        />
      )}
      <Field
        path={`${at}.namespace`}
        label="Namespace"
        value={action.namespace}
        hint="Later actions read its variables as #{namespace.name}."
      />
      {category === 'Approval' && (
        <Field
          path={`${at}.timeoutInMinutes`}
          label="Time limit, minutes"
          value={action.timeoutInMinutes}
          type="number"
          hint="Seven days when empty."
        />
      )}
      {(action.commands || category === 'Compute') && (
        <Area
          path={`${at}.commands`}
          label="Commands"
          value={action.commands?.join('\n')}
          rows={4}
          hint="One a line."
        />
      )}
    </div>
  )
}

/** S3: the first stage takes Source actions only, and no other stage does. */
function typeOptions(types: readonly ActionTypeInfo[], stageIndex: number): Option[] {
  return types
    .filter(({ id }) => (id.category === 'Source') === (stageIndex === 0))
    .map(({ id }) => {
      const version = id.version === '1' ? '' : ` (version ${id.version})`
      return [typeText(id), `${id.category}: ${id.provider}${version}`] as const
    })
    .sort(([, a], [, b]) => a.localeCompare(b))
}

function countHint(count: { readonly minimumCount: number; readonly maximumCount: number } | undefined): string {
  if (!count) return 'Names, with commas between them.'
  const { minimumCount: least, maximumCount: most } = count
  if (least === most) return least === 1 ? 'One name.' : `${least} names.`
  return `${least === 0 ? 'Up to' : `${least} to`} ${most} ${most === 1 ? 'name' : 'names, with commas'}.`
}
