import type { ConditionDeclaration, FailureDeclaration, RuleDeclaration, StageDeclaration } from '@penstock/core'
import { ruleRest } from '../draft/rest.js'
import { fieldId } from '../problem-map.js'
import { useForm } from './context.js'
import { Area, Field, type Option, Select } from './field.js'
import { Add, Around, Remove, Tools } from './parts.js'
import { Configuration } from './property-field.js'

type Kind = 'beforeEntry' | 'onSuccess' | 'onFailure'

/** S16: where a condition may stand, and what may follow when it does not hold. */
const kinds: readonly { readonly kind: Kind; readonly title: string; readonly results: readonly Option[] }[] = [
  {
    kind: 'beforeEntry',
    title: 'Entry condition',
    results: [
      ['FAIL', 'the stage is not entered, and fails'],
      ['SKIP', 'the stage is skipped'],
    ],
  },
  {
    kind: 'onSuccess',
    title: 'Success condition',
    results: [
      ['FAIL', 'the stage fails'],
      ['ROLLBACK', 'the stage is rolled back'],
    ],
  },
  { kind: 'onFailure', title: 'Failure condition', results: [['ROLLBACK', 'the stage is rolled back']] },
]

/** What decides about entering and leaving a stage (C1), folded away as long as there is nothing. */
export function Conditions({ stage, at }: { readonly stage: StageDeclaration; readonly at: string }) {
  const { problems } = useForm()
  const some = kinds.some(({ kind }) => stage[kind]?.conditions)
  const wrong = kinds.some(({ kind }) => problems.below(`${at}.${kind}`))
  return (
    <details class="more form-more" open={some || wrong}>
      <summary>Conditions{some ? '' : ': none'}</summary>
      {kinds.map((each) => (
        <Kindred key={each.kind} {...each} at={`${at}.${each.kind}`} conditions={stage[each.kind]?.conditions} />
      ))}
    </details>
  )
}

interface KindProps {
  readonly kind: Kind
  readonly title: string
  readonly results: readonly Option[]
  readonly at: string
  readonly conditions: readonly ConditionDeclaration[] | undefined
}

function Kindred({ title, results, at, conditions = [] }: KindProps) {
  const list = `${at}.conditions`
  return (
    <>
      <Around path={list} />
      {conditions.map((condition, index) => (
        <Condition key={index} title={title} results={results} at={`${list}[${index}]`} condition={condition} />
      ))}
      {conditions.length === 0 && (
        <Add deed={`add:${list}`}>
          Add {title.startsWith('Entry') ? 'an' : 'a'} {title.toLowerCase()}
        </Add>
      )}
    </>
  )
}

type ConditionProps = Pick<KindProps, 'title' | 'results' | 'at'> & { readonly condition: ConditionDeclaration }

function Condition({ title, results, at, condition }: ConditionProps) {
  const rules = condition.rules ?? []
  return (
    <fieldset class="form-part" id={fieldId(at)}>
      <legend>{title}</legend>
      <Around path={at} />
      <div class="form-grid form-row">
        <Select
          path={`${at}.result`}
          label="When a rule does not hold"
          value={condition.result ?? ''}
          options={condition.result ? results : [['', '—'], ...results]}
        />
        <Remove at={at} label={`Remove the ${title.toLowerCase()}`} />
      </div>
      <Around path={`${at}.rules`} />
      {rules.map((rule, index) => (
        <Rule
          key={index}
          rule={rule}
          at={`${at}.rules[${index}]`}
          first={index === 0}
          last={index === rules.length - 1}
        />
      ))}
      <Add deed={`add:${at}.rules`}>Add a rule</Add>
    </fieldset>
  )
}

interface RuleProps {
  readonly rule: RuleDeclaration
  readonly at: string
  readonly first: boolean
  readonly last: boolean
}

function Rule({ rule, at, first, last }: RuleProps) {
  const { rules } = useForm()
  const { provider } = rule.ruleTypeId
  const type = rules.find((each) => each.provider === provider)
  const name = rule.name || 'the rule'
  const takesInputs = (type?.inputArtifacts.maximumCount ?? 0) > 0 || (rule.inputArtifacts?.length ?? 0) > 0
  return (
    <fieldset class="form-rule" id={fieldId(at)}>
      <legend class="sr">Rule {rule.name}</legend>
      <input type="hidden" name={`${at}.rest`} value={ruleRest(rule)} />
      <input type="hidden" name={`${at}.typeWas`} value={provider} />
      <Around path={at} />
      <div class="form-grid form-row">
        <Field path={`${at}.name`} label="Rule name" value={rule.name} required />
        <Select
          path={`${at}.ruleTypeId`}
          label="What it checks"
          value={provider}
          options={rules.map((each) => [each.provider, each.provider] as const)}
          hint={type?.description}
          redraw
        />
        <Field
          path={`${at}.timeoutInMinutes`}
          label="Time limit, minutes"
          value={rule.timeoutInMinutes}
          type="number"
        />
        <Tools at={at} name={name} first={first} last={last} />
      </div>
      <Configuration at={at} properties={type?.properties ?? {}} value={rule.configuration} />
      {(provider === 'Commands' || rule.commands) && (
        <Area path={`${at}.commands`} label="Commands" value={rule.commands?.join('\n')} rows={3} hint="One a line." />
      )}
      {takesInputs && (
        <Field
          path={`${at}.inputArtifacts`}
          label="Input artifacts"
          value={rule.inputArtifacts?.map((each) => each.name).join(', ')}
          hint="Names, with commas between them."
        />
      )}
    </fieldset>
  )
}

const failureResults: readonly Option[] = [
  ['', 'leave it failed'],
  ['RETRY', 'retry once'],
  ['ROLLBACK', 'roll back'],
  ['FAIL', 'fail'],
]
const retryModes: readonly Option[] = [
  ['', 'the failed actions'],
  ['FAILED_ACTIONS', 'the failed actions, said explicitly'],
  ['ALL_ACTIONS', 'all actions of the stage'],
]

/** R4: what follows by itself when the stage fails. */
export function Failure({ failure, at }: { readonly failure: FailureDeclaration | undefined; readonly at: string }) {
  return (
    <>
      <Select
        path={`${at}.result`}
        label="When it fails"
        value={failure?.result ?? ''}
        options={failureResults}
        redraw
      />
      {failure?.result === 'RETRY' && (
        <Select
          path={`${at}.retryConfiguration.retryMode`}
          label="What is retried"
          value={failure.retryConfiguration?.retryMode ?? ''}
          options={retryModes}
        />
      )}
    </>
  )
}
