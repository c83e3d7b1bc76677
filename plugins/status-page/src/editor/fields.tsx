import type { FaultDetail, PropertyDeclaration } from '@penstock/core'

/** Problems by the place that they name. */
export class ProblemMap {
  constructor(readonly all: readonly FaultDetail[]) {}

  /** What is wrong with exactly this place, in one text; undefined when nothing is. */
  at(path: string): string | undefined {
    const found = this.all.filter((problem) => problem.path === path).map((problem) => problem.message)
    return found.length > 0 ? found.join(' ') : undefined
  }

  /** What is wrong below `path`, and not with a field that shows it itself. */
  near(path: string, shown: readonly string[]): FaultDetail[] {
    return this.all.filter((each) => each.path === path || (each.path.startsWith(path) && !shown.includes(each.path)))
  }
}

/** An element id for a place. */
export function fieldId(path: string): string {
  return `f-${path.replace(/[^\w-]+/g, '-')}`
}

interface FieldProps {
  readonly path: string
  readonly label: string
  readonly value: string | number | undefined
  readonly problems: ProblemMap
  readonly hint?: string | undefined
  readonly required?: boolean | undefined
  readonly readOnly?: boolean
  readonly type?: 'text' | 'number' | 'password'
  readonly placeholder?: string | undefined
  /** Lines of a text area; one line of input when absent. */
  readonly rows?: number | undefined
}

/** A labelled input with its hint and its problem. Required is said, and left to the server: half a draft may be kept. */
export function Field(props: FieldProps) {
  const { path, label, value, problems, hint, required, rows } = props
  const id = fieldId(path)
  const problem = problems.at(path)
  const describedBy = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ') || undefined
  const common = {
    id,
    name: path,
    placeholder: props.placeholder,
    readOnly: props.readOnly,
    'aria-invalid': problem ? ('true' as const) : undefined,
    'aria-describedby': describedBy,
    'aria-required': required ? ('true' as const) : undefined,
    spellcheck: false,
  }
  return (
    <div class={problem ? 'field has-problem' : 'field'}>
      <label for={id}>
        {label}
        {required && <span class="required"> required</span>}
      </label>
      {rows ? (
        <textarea {...common} rows={rows}>
          {String(value ?? '')}
        </textarea>
      ) : (
        <input
          {...common}
          type={(props.type === 'password' ? 'password' : 'text') as 'text'}
          inputMode={props.type === 'number' ? 'numeric' : undefined}
          value={value ?? ''}
          autoComplete={props.type === 'password' ? 'new-password' : 'off'}
        />
      )}
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

interface SelectProps {
  readonly path: string
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [value: string, text: string])[]
  readonly problems: ProblemMap
  readonly hint?: string | undefined
  readonly required?: boolean | undefined
  /** Redraws the form when changed. */
  readonly redraw?: boolean
}

/** A labelled choice. A value that is not among the options is kept as one. */
export function Select({ path, label, value, options, problems, hint, required, redraw }: SelectProps) {
  const id = fieldId(path)
  const problem = problems.at(path)
  const all = options.some(([each]) => each === value) ? options : [[value, value] as const, ...options]
  return (
    <div class={problem ? 'field has-problem' : 'field'}>
      <label for={id}>
        {label}
        {required && <span class="required"> required</span>}
      </label>
      <select
        id={id}
        name={path}
        data-redraw={redraw}
        aria-invalid={problem ? 'true' : undefined}
        aria-describedby={[hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ') || undefined}
      >
        {all.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
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

interface PropertyProps {
  readonly path: string
  readonly name: string
  readonly property: PropertyDeclaration | undefined
  readonly value: string | undefined
  readonly problems: ProblemMap
}

/** The input that a configuration property's declaration asks for. */
export function PropertyField({ path, name, property, value, problems }: PropertyProps) {
  if (!property) {
    return (
      <Field path={path} label={name} value={value} problems={problems} hint="This action type does not declare it." />
    )
  }
  const hint = [property.description, property.example && `Example: ${property.example}`].filter(Boolean).join(' ')
  const choices = property.type === 'boolean' ? ['true', 'false'] : property.enum
  if (choices) {
    const none = property.required
      ? []
      : [['', property.default === undefined ? '—' : `default: ${property.default}`] as const]
    const options = [...none, ...choices.map((choice) => [choice, choice] as const)]
    return (
      <Select
        path={path}
        label={name}
        value={value ?? ''}
        options={options}
        problems={problems}
        hint={hint}
        required={property.required}
      />
    )
  }
  return (
    <Field
      path={path}
      label={name}
      value={value}
      problems={problems}
      hint={property.secret ? `${hint} Kept secret: **** leaves it as it is.` : hint}
      required={property.required}
      type={property.secret ? 'password' : property.type === 'number' ? 'number' : 'text'}
      placeholder={property.default === undefined ? undefined : String(property.default)}
      rows={!property.secret && isLong(value) ? 4 : undefined}
    />
  )
}

function isLong(value: string | undefined): boolean {
  return value !== undefined && (value.includes('\n') || value.length > 90)
}
