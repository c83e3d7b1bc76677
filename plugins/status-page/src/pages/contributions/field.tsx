import type { PropertyDeclaration } from '@penstock/core'

interface FieldProps {
  /** One of its own on the whole page. */
  readonly id: string
  readonly name: string
  readonly declaration: PropertyDeclaration
}

/** A field of a plugin's form, by its declaration. */
export function Field({ id, name, declaration }: FieldProps) {
  const { description } = declaration
  return (
    <div class="field">
      <label for={id}>
        {name} <span class="quiet">{description}</span>
      </label>
      <Control id={id} name={name} declaration={declaration} />
    </div>
  )
}

function Control({ id, name, declaration }: FieldProps) {
  const { type, required, secret, enum: allowed, pattern, example } = declaration
  const preset = declaration.default
  const choices = type === 'boolean' ? ['true', 'false'] : allowed
  if (choices) {
    return (
      <select id={id} name={`value.${name}`} required={required}>
        {!required && preset === undefined && <option value="" />}
        {choices.map((choice) => (
          <option key={choice} value={choice} selected={String(preset) === choice}>
            {choice}
          </option>
        ))}
      </select>
    )
  }
  return (
    <input
      id={id}
      name={`value.${name}`}
      type={secret ? 'password' : type === 'number' ? 'number' : 'text'}
      step={type === 'number' ? 'any' : undefined}
      value={preset === undefined ? undefined : String(preset)}
      required={required}
      pattern={pattern}
      placeholder={example}
      autoComplete="off"
    />
  )
}
