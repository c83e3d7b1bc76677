import type { Draft } from '../draft/draft.js'
import { pipelineRest, undrawn } from '../draft/rest.js'
import type { KnownTypes } from '../known-types.js'
import type { ProblemMap } from '../problem-map.js'
import { FormContext } from './context.js'
import { Field, Select } from './field.js'
import { Add, Around } from './parts.js'
import { StageFields } from './stage-fields.js'
import { Triggers } from './triggers.js'
import { Variables } from './variables.js'

interface DraftFormProps {
  readonly draft: Draft
  readonly known: KnownTypes
  readonly problems: ProblemMap
  readonly focus: string | undefined
  /** A saved pipeline cannot be renamed (S21). */
  readonly renamed: boolean
}

/** The pipeline as fields, drawn from the action and rule types' own declarations. */
export function DraftForm({ draft, known, problems, focus, renamed }: DraftFormProps) {
  const others = undrawn(draft)
  const sources = (draft.stages[0]?.actions ?? []).map(({ name }) => name).filter((name) => name !== '')
  return (
    <FormContext.Provider value={{ ...known, problems, focus, sources }}>
      <input type="hidden" name="rest" value={pipelineRest(draft)} />
      {others.length > 0 && (
        <p class="notice calm">This pipeline also has {others.join(', ')}: they are kept, and edited as JSON.</p>
      )}
      <Pipeline draft={draft} renamed={renamed} />
      <Variables draft={draft} />
      <Triggers draft={draft} />
      <Around path="stages" />
      <ol class="form-stages">
        {draft.stages.map((stage, index) => (
          <StageFields key={index} stage={stage} index={index} last={index === draft.stages.length - 1} />
        ))}
      </ol>
      {draft.stages.length === 0 && <Add deed="add:stages">Add a stage</Add>}
    </FormContext.Provider>
  )
}

const modes = [
  ['SUPERSEDED', 'superseded: a newer execution overtakes one that waits'],
  ['QUEUED', 'queued: one after the other, in order'],
  ['PARALLEL', 'parallel: side by side'],
] as const
const types = [
  ['V2', 'V2'],
  ['V1', 'V1'],
  ['', 'as its parameters need'],
] as const

function Pipeline({ draft, renamed }: Pick<DraftFormProps, 'draft' | 'renamed'>) {
  const { name, executionMode, pipelineType, roleArn, artifactStore, artifactStores } = draft
  const nameHint = renamed ? 'Letters, digits and . @ - _, at most 100.' : 'A pipeline keeps its name.'
  return (
    <fieldset class="panel form-grid">
      <legend>Pipeline</legend>
      <Field path="name" label="Name" value={name} required readOnly={!renamed} hint={nameHint} />
      <Select path="executionMode" label="Execution mode" value={executionMode ?? 'SUPERSEDED'} options={modes} />
      <Select
        path="pipelineType"
        label="Type"
        value={pipelineType ?? ''}
        options={types}
        hint="Variables, triggers and conditions, and the other modes, need V2."
      />
      <Field
        path="roleArn"
        label="Role"
        value={roleArn}
        hint="Kept for AWS's sake; nothing is assumed on this server."
      />
      {artifactStores ? null : (
        <Field path="artifactStore.location" label="Artifact bucket" value={artifactStore?.location} />
      )}
    </fieldset>
  )
}
