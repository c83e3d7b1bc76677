import type { PropertyDeclaration, PropertyDeclarations } from '@penstock/core'
import { Area, Field, type Option, Select } from './field.js'

interface ConfigurationProps {
  /** The action or rule that is configured. */
  readonly at: string
  readonly properties: PropertyDeclarations
  readonly value: Readonly<Record<string, string>> | undefined
}

/** A configuration as fields: what its type declares, then what it does not know. */
export function Configuration({ at, properties, value }: ConfigurationProps) {
  const declared = Object.keys(properties)
  const others = Object.keys(value ?? {}).filter((name) => !Object.hasOwn(properties, name))
  if (declared.length + others.length === 0) return null
  return (
    <div class="form-grid configuration">
      {[...declared, ...others].map((name) => (
        <PropertyField
          key={name}
          path={`${at}.configuration.${name}`}
          name={name}
          property={properties[name]}
          value={value?.[name]}
        />
      ))}
    </div>
  )
}

interface PropertyProps {
  readonly path: string
  readonly name: string
  readonly property: PropertyDeclaration | undefined
  readonly value: string | undefined
}

/** The input that a configuration property's declaration asks for. */
function PropertyField({ path, name, property, value }: PropertyProps) {
  if (!property) return <Field path={path} label={name} value={value} hint="This type does not declare it." />
  const { description, example, required, secret, type } = property
  const kept = secret ? 'Kept secret: **** leaves it as it is.' : undefined
  const about = [sentence(description), kept, example && `Example: ${example}`].filter(Boolean).join(' ')
  const common = { path, label: name, required }
  const choices = type === 'boolean' ? ['true', 'false'] : property.enum
  if (choices) {
    const options = [...unset(property), ...choices.map((choice) => [choice, choice] as const)]
    return <Select {...common} value={value ?? ''} options={options} hint={about} />
  }
  if (!secret && isLong(value)) return <Area {...common} value={value} rows={4} hint={about} />
  return (
    <Field
      {...common}
      value={value}
      hint={about}
      type={secret ? 'password' : type === 'number' ? 'number' : 'text'}
      placeholder={property.default === undefined ? undefined : String(property.default)}
    />
  )
}

/** Declarations are written with capitals and full stops, or without. */
function sentence(text: string | undefined): string | undefined {
  if (!text) return undefined
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?:]$/.test(text) ? '' : '.'}`
}

/** What stands for no choice: nothing, when one has to be made. */
function unset({ required, default: usual }: PropertyDeclaration): Option[] {
  if (required) return []
  return [['', usual === undefined ? '—' : `default: ${usual}`]]
}

function isLong(value: string | undefined): boolean {
  return value !== undefined && (value.includes('\n') || value.length > 90)
}
