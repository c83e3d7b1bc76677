import type { GitPullRequestFilter, GitPushFilter, GlobCriteria, TriggerDeclaration } from '@penstock/core'
import type { Draft } from '../draft/draft.js'
import { pullRequestEvents } from '../draft/read-trigger.js'
import { fieldId } from '../problem-map.js'
import { useForm } from './context.js'
import { Area, Select } from './field.js'
import { Add, Around, Remove } from './parts.js'

/** Which pushes and pull requests start the pipeline (G1-G6). */
export function Triggers({ draft }: { readonly draft: Draft }) {
  const triggers = draft.triggers ?? []
  return (
    <fieldset class="panel">
      <legend>Triggers</legend>
      <Around path="triggers" />
      {triggers.length === 0 && <p class="hint">None: every change of a source's own branch starts the pipeline.</p>}
      {triggers.map((trigger, index) => (
        <Trigger key={index} trigger={trigger} at={`triggers[${index}]`} />
      ))}
      <Add deed="add:triggers">Add a trigger</Add>
    </fieldset>
  )
}

function Trigger({ trigger, at }: { readonly trigger: TriggerDeclaration; readonly at: string }) {
  const { gitConfiguration: git } = trigger
  const path = `${at}.gitConfiguration`
  const options = useForm().sources.map((name) => [name, name] as const)
  return (
    <fieldset class="form-part" id={fieldId(path)}>
      <legend class="sr">Trigger of {git.sourceActionName || 'a source'}</legend>
      <div class="form-grid form-row">
        <Select
          path={`${path}.sourceActionName`}
          label="Source action"
          value={git.sourceActionName}
          options={options}
          hint="Its branch alone starts nothing any more: any one of these filters has to fit."
          required
        />
        <Remove at={at} label={`Remove the trigger of ${git.sourceActionName || 'a source'}`} />
      </div>
      <Around path={path} />
      <Around path={`${path}.push`} />
      {git.push?.map((filter, index) => (
        <Push key={index} filter={filter} at={`${path}.push[${index}]`} />
      ))}
      <Around path={`${path}.pullRequest`} />
      {git.pullRequest?.map((filter, index) => (
        <PullRequest key={index} filter={filter} at={`${path}.pullRequest[${index}]`} />
      ))}
      <div class="buttons">
        <Add deed={`add:${path}.push`}>Add a push filter</Add>
        <Add deed={`add:${path}.pullRequest`}>Add a pull request filter</Add>
      </div>
    </fieldset>
  )
}

function Push({ filter, at }: { readonly filter: GitPushFilter; readonly at: string }) {
  return (
    <fieldset class="form-filter" id={fieldId(at)}>
      <legend>Push</legend>
      <Remove at={at} label="Remove this push filter" />
      <Around path={at} />
      <Criteria at={`${at}.branches`} of="Branches" value={filter.branches} />
      <Criteria at={`${at}.filePaths`} of="Changed files" value={filter.filePaths} hint="Only beside branches." />
      <Criteria at={`${at}.tags`} of="Tags" value={filter.tags} hint="Instead of branches and files." />
    </fieldset>
  )
}

function PullRequest({ filter, at }: { readonly filter: GitPullRequestFilter; readonly at: string }) {
  return (
    <fieldset class="form-filter" id={fieldId(at)}>
      <legend>Pull request</legend>
      <Remove at={at} label="Remove this pull request filter" />
      <Around path={at} />
      <Around path={`${at}.events`} />
      <fieldset class="form-choices" id={fieldId(`${at}.events`)}>
        <legend>
          When it is <span class="quiet">(any of them when none is ticked)</span>
        </legend>
        {pullRequestEvents.map(([event, words]) => (
          <label key={event} class="choice">
            <input
              type="checkbox"
              name={`${at}.events.${event}`}
              value="yes"
              checked={filter.events?.includes(event) ?? false}
            />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
      <Criteria at={`${at}.branches`} of="Target branches" value={filter.branches} />
      <Criteria at={`${at}.filePaths`} of="Changed files" value={filter.filePaths} hint="Only beside branches." />
    </fieldset>
  )
}

interface CriteriaProps {
  readonly at: string
  readonly of: string
  readonly value: GlobCriteria | undefined
  readonly hint?: string
}

/** Patterns of which one must match, and patterns of which none may (G1). */
function Criteria({ at, of, value, hint = '' }: CriteriaProps) {
  return (
    <div class="form-grid">
      <Around path={at} />
      <Area
        path={`${at}.includes`}
        label={of}
        value={value?.includes?.join('\n')}
        rows={2}
        hint={`One pattern a line: main, release/**, *.{js,ts}. ${hint}`.trim()}
      />
      <Area path={`${at}.excludes`} label={`${of}, but not`} value={value?.excludes?.join('\n')} rows={2} />
    </div>
  )
}
