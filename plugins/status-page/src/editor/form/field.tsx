import type { ComponentChildren } from 'preact'
import { fieldId } from '../problem-map.js'
import { useForm } from './context.js'

/** What every field has. */
export interface Labelled {
  /** The place in the declaration, which is also the field's name. */
  readonly path: string
  readonly label: string
  readonly hint?: string | undefined
  readonly required?: boolean | undefined
}

/** What a field's input says of its label's and neighbours' ids. */
function useCommon({ path, hint, required }: Labelled) {
  const { problems, focus } = useForm()
  const id = fieldId(path)
  const problem = problems.at(path)
  return {
    problem,
    attributes: {
      id,
      name: path,
      autofocus: focus === path || undefined,
      'aria-invalid': problem ? ('true' as const) : undefined,
      'aria-describedby': [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ') || undefined,
      'aria-required': required ? ('true' as const) : undefined,
    },
  }
}

/** The label above an input, the hint and the problem below it. */
function Frame(props: Labelled & { readonly problem: string | undefined; readonly children: ComponentChildren }) {
  const { path, label, hint, required, problem, children } = props
  const id = fieldId(path)
  return (
    <div class={problem ? 'field has-problem' : 'field'}>
      <label for={id}>
        {label}
        {required && <span class="required"> required</span>}
      </label>
      {children}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p class="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  )
}

interface FieldProps extends Labelled {
  readonly value: string | number | undefined
  readonly readOnly?: boolean
  readonly type?: 'text' | 'number' | 'password'
  readonly placeholder?: string | undefined
}

/** One line of text. Required is said, and left to the server to insist on: half a draft may be kept. */
export function Field(props: FieldProps) {
  const { problem, attributes } = useCommon(props)
  return (
    <Frame {...props} problem={problem}>
      <input
        {...attributes}
        placeholder={props.placeholder}
        readOnly={props.readOnly}
        spellcheck={false}
        type={(props.type === 'password' ? 'password' : 'text') as 'text'}
        inputMode={props.type === 'number' ? 'numeric' : undefined}
        value={props.value ?? ''}
        autoComplete={props.type === 'password' ? 'new-password' : 'off'}
      />
    </Frame>
  )
}

interface AreaProps extends Labelled {
  readonly value: string | undefined
  readonly rows: number
  readonly placeholder?: string | undefined
}

/** Several lines of text. */
export function Area(props: AreaProps) {
  const { problem, attributes } = useCommon(props)
  return (
    <Frame {...props} problem={problem}>
      <textarea {...attributes} rows={props.rows} placeholder={props.placeholder} spellcheck={false}>
        {/* A browser drops the first line end. */}
        {props.value?.startsWith('\n') ? `\n${props.value}` : (props.value ?? '')}
      </textarea>
    </Frame>
  )
}

/** What may be chosen, with the words for it. */
export type Option = readonly [value: string, text: string]

interface SelectProps extends Labelled {
  readonly value: string
  readonly options: readonly Option[]
  /** Redraws the form when changed. */
  readonly redraw?: boolean
}

/** A choice. A value that is not among the options is kept as one. */
export function Select(props: SelectProps) {
  const { value, options, redraw } = props
  const { problem, attributes } = useCommon(props)
  const all = options.some(([each]) => each === value) ? options : [[value, value] as const, ...options]
  return (
    <Frame {...props} problem={problem}>
      <select {...attributes} data-redraw={redraw}>
        {all.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
      {redraw && (
        <noscript>
          <button type="submit" class="button quiet" name="do" value="redraw" formNoValidate>
            Show what belongs to this choice
          </button>
        </noscript>
      )}
    </Frame>
  )
}
