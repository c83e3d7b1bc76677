import type { ActionDeclaration, ActionTypeInfo, StageDeclaration } from '@penstock/core'
import { Icon } from '../view/icons.js'
import { type Draft, typeText } from './draft.js'
import { Field, fieldId, type ProblemMap, PropertyField, Select } from './fields.js'
import { actionRest, isPlainFailure, pipelineRest, stageRest, undrawn } from './rest.js'

export interface DraftFormProps {
  readonly draft: Draft
  readonly types: readonly ActionTypeInfo[]
  readonly problems: ProblemMap
  /** A saved pipeline cannot be renamed (S21). */
  readonly renamed: boolean
}

const modes = [
  ['SUPERSEDED', 'superseded: a newer execution overtakes one that waits'],
  ['QUEUED', 'queued: one after the other, in order'],
  ['PARALLEL', 'parallel: side by side'],
] as const

/** The pipeline as fields, drawn from the action types' own declarations. */
export function DraftForm({ draft, types, problems, renamed }: DraftFormProps) {
  const others = undrawn(draft)
  return (
    <>
      <input type="hidden" name="rest" value={pipelineRest(draft)} />
      {others.length > 0 && (
        <p class="notice calm">This pipeline also has {others.join(', ')}: they are kept, and edited as JSON.</p>
      )}
      <fieldset class="panel form-grid">
        <legend>Pipeline</legend>
        <Field
          path="name"
          label="Name"
          value={draft.name}
          problems={problems}
          required
          readOnly={!renamed}
          hint={renamed ? 'Letters, digits and . @ - _, at most 100.' : 'A pipeline keeps its name.'}
        />
        <Select
          path="executionMode"
          label="Execution mode"
          value={draft.executionMode ?? 'SUPERSEDED'}
          options={modes}
          problems={problems}
        />
        <Select
          path="pipelineType"
          label="Type"
          value={draft.pipelineType ?? ''}
          options={[
            ['V2', 'V2'],
            ['V1', 'V1'],
            ['', 'as its parameters need'],
          ]}
          problems={problems}
        />
        <Field
          path="roleArn"
          label="Role"
          value={draft.roleArn}
          problems={problems}
          hint="Kept for AWS's sake; nothing is assumed on this server."
        />
        {draft.artifactStores ? null : (
          <Field
            path="artifactStore.location"
            label="Artifact bucket"
            value={draft.artifactStore?.location}
            problems={problems}
          />
        )}
      </fieldset>
      <Variables draft={draft} problems={problems} />
      <ol class="form-stages">
        {draft.stages.map((stage, index) => (
          <StageFields
            key={index}
            stage={stage}
            index={index}
            last={index === draft.stages.length - 1}
            types={types}
            problems={problems}
          />
        ))}
      </ol>
      {draft.stages.length === 0 && (
        <button type="submit" class="button" name="do" value="add-stage:-1" formNoValidate>
          <Icon name="plus" />
          Add a stage
        </button>
      )}
    </>
  )
}

function Variables({ draft, problems }: Pick<DraftFormProps, 'draft' | 'problems'>) {
  const variables = draft.variables ?? []
  return (
    <fieldset class="panel">
      <legend>Variables</legend>
      {variables.length === 0 && (
        <p class="hint">
          None. Actions refer to them as {'#{variables.NAME}'}; whoever releases a change may set them.
        </p>
      )}
      {variables.map((variable, index) => {
        const at = `variables[${index}]`
        return (
          <div key={index} class="form-grid variable">
            <Field path={`${at}.name`} label="Name" value={variable.name} problems={problems} required />
            <Field path={`${at}.defaultValue`} label="Default" value={variable.defaultValue} problems={problems} />
            <Field path={`${at}.description`} label="Description" value={variable.description} problems={problems} />
            <Deed
              deed={`remove-variable:${index}`}
              icon="trash"
              label={`Remove variable ${variable.name || index + 1}`}
            />
          </div>
        )
      })}
      <button type="submit" class="button quiet" name="do" value="add-variable" formNoValidate>
        <Icon name="plus" />
        Add a variable
      </button>
    </fieldset>
  )
}

interface StageFieldsProps extends Pick<DraftFormProps, 'types' | 'problems'> {
  readonly stage: StageDeclaration
  readonly index: number
  readonly last: boolean
}

function StageFields({ stage, index, last, types, problems }: StageFieldsProps) {
  const at = `stages[${index}]`
  const name = stage.name || `stage ${index + 1}`
  return (
    <li>
      <fieldset class="panel form-stage" id={fieldId(at)}>
        <legend>Stage {index + 1}</legend>
        <input type="hidden" name={`${at}.rest`} value={stageRest(stage)} />
        <div class="form-grid">
          <Field path={`${at}.name`} label="Stage name" value={stage.name} problems={problems} required />
          {isPlainFailure(stage) && (
            <Select
              path={`${at}.onFailure.result`}
              label="When it fails"
              value={stage.onFailure?.result ?? ''}
              options={[
                ['', 'leave it failed'],
                ['RETRY', 'retry once'],
                ['ROLLBACK', 'roll back'],
              ]}
              problems={problems}
            />
          )}
          <div class="form-tools">
            {index > 0 && <Deed deed={`up-stage:${index}`} icon="down" label={`Move ${name} up`} class="up" />}
            {!last && <Deed deed={`down-stage:${index}`} icon="down" label={`Move ${name} down`} />}
            <Deed deed={`remove-stage:${index}`} icon="trash" label={`Remove ${name} with its actions`} />
          </div>
        </div>
        <Around path={at} problems={problems} />
        {stage.actions.map((action, place) => (
          <ActionFields
            key={place}
            action={action}
            stageIndex={index}
            index={place}
            last={place === stage.actions.length - 1}
            types={types}
            problems={problems}
          />
        ))}
        <button type="submit" class="button quiet" name="do" value={`add-action:${index}`} formNoValidate>
          <Icon name="plus" />
          Add an action to {name}
        </button>
      </fieldset>
      <p class="add-stage">
        <button type="submit" class="button quiet" name="do" value={`add-stage:${index}`} formNoValidate>
          <Icon name="plus" />
          Add a stage here
        </button>
      </p>
    </li>
  )
}

interface ActionFieldsProps extends Pick<DraftFormProps, 'types' | 'problems'> {
  readonly action: ActionDeclaration
  readonly stageIndex: number
  readonly index: number
  readonly last: boolean
}

function ActionFields({ action, stageIndex, index, last, types, problems }: ActionFieldsProps) {
  const at = `stages[${stageIndex}].actions[${index}]`
  const type = types.find(({ id }) => typeText(id) === typeText(action.actionTypeId))
  const name = action.name || `action ${index + 1}`
  const place = `${stageIndex}.${index}`
  const approval = action.actionTypeId.category === 'Approval'
  return (
    <fieldset class="form-action" id={fieldId(at)}>
      <legend>{action.name || 'New action'}</legend>
      <input type="hidden" name={`${at}.rest`} value={actionRest(action)} />
      <input type="hidden" name={`${at}.typeWas`} value={typeText(action.actionTypeId)} />
      <div class="form-grid">
        <Field path={`${at}.name`} label="Action name" value={action.name} problems={problems} required />
        <Select
          path={`${at}.actionTypeId`}
          label="What it does"
          value={typeText(action.actionTypeId)}
          options={typeOptions(types, stageIndex)}
          problems={problems}
          hint={type?.description}
          redraw
        />
        <Field
          path={`${at}.runOrder`}
          label="Run order"
          value={action.runOrder ?? 1}
          problems={problems}
          type="number"
          hint="Equal numbers run side by side."
        />
        <div class="form-tools">
          {index > 0 && <Deed deed={`up-action:${place}`} icon="down" label={`Move ${name} up`} class="up" />}
          {!last && <Deed deed={`down-action:${place}`} icon="down" label={`Move ${name} down`} />}
          <Deed deed={`remove-action:${place}`} icon="trash" label={`Remove ${name}`} />
        </div>
      </div>
      <Around path={at} problems={problems} />
      <Configuration action={action} at={at} type={type} problems={problems} />
      <div class="form-grid">
        {(type?.inputArtifacts.maximumCount ?? 1) > 0 && (
          <Field
            path={`${at}.inputArtifacts`}
            label="Input artifacts"
            value={action.inputArtifacts?.map((each) => each.name).join(', ')}
            problems={problems}
            hint={countHint(type?.inputArtifacts)}
          />
        )}
        {(type?.outputArtifacts.maximumCount ?? 1) > 0 && (
          <Field
            path={`${at}.outputArtifacts`}
            label="Output artifacts"
            value={action.outputArtifacts?.map((each) => each.name).join(', ')}
            problems={problems}
            hint={countHint(type?.outputArtifacts)}
          />
        )}
        <Field
          path={`${at}.namespace`}
          label="Namespace"
          value={action.namespace}
          problems={problems}
          hint="Later actions read its variables as #{namespace.name}."
        />
        {approval && (
          <Field
            path={`${at}.timeoutInMinutes`}
            label="Time limit, minutes"
            value={action.timeoutInMinutes}
            problems={problems}
            type="number"
            hint="Seven days when empty."
          />
        )}
        {(action.commands || action.actionTypeId.category === 'Compute') && (
          <Field
            path={`${at}.commands`}
            label="Commands"
            value={action.commands?.join('\n')}
            problems={problems}
            rows={4}
            hint="One a line."
          />
        )}
      </div>
    </fieldset>
  )
}

function Configuration({
  action,
  at,
  type,
  problems,
}: Pick<ActionFieldsProps, 'action' | 'problems'> & { at: string; type: ActionTypeInfo | undefined }) {
  const declared = Object.keys(type?.properties ?? {})
  const others = Object.keys(action.configuration ?? {}).filter((name) => !declared.includes(name))
  if (declared.length + others.length === 0) return null
  return (
    <div class="form-grid configuration">
      {[...declared, ...others].map((name) => (
        <PropertyField
          key={name}
          path={`${at}.configuration.${name}`}
          name={name}
          property={type?.properties[name]}
          value={action.configuration?.[name]}
          problems={problems}
        />
      ))}
    </div>
  )
}

/** Problems of a stage or action as a whole. */
function Around({ path, problems }: { readonly path: string; readonly problems: ProblemMap }) {
  const problem = problems.at(path)
  return problem ? <p class="problem">{problem}</p> : null
}

function Deed({
  deed,
  icon,
  label,
  class: extra,
}: {
  deed: string
  icon: 'down' | 'trash'
  label: string
  class?: string
}) {
  return (
    <button type="submit" class="icon-button" name="do" value={deed} aria-label={label} title={label} formNoValidate>
      <Icon name={icon} {...(extra && { class: extra })} />
    </button>
  )
}

/** S3: the first stage takes Source actions only, and no other stage does. */
function typeOptions(types: readonly ActionTypeInfo[], stageIndex: number): (readonly [string, string])[] {
  return types
    .filter(({ id }) => (id.category === 'Source') === (stageIndex === 0))
    .map(
      ({ id }) =>
        [
          typeText(id),
          `${id.category}: ${id.provider}${id.version === '1' ? '' : ` (version ${id.version})`}`,
        ] as const,
    )
    .sort(([, a], [, b]) => a.localeCompare(b))
}

function countHint(count: { readonly minimumCount: number; readonly maximumCount: number } | undefined): string {
  if (!count) return 'Names, with commas between them.'
  const { minimumCount: least, maximumCount: most } = count
  if (least === most) return least === 1 ? 'One name.' : `${least} names.`
  return `${least === 0 ? 'Up to' : `${least} to`} ${most} ${most === 1 ? 'name' : 'names, with commas'}.`
}
