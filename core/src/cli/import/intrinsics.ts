/** CloudFormation's intrinsic functions, as far as a template alone can answer them. */
import type { Report } from './report.js'

type Json = unknown
type Table = Readonly<Record<string, Json>>

export interface Template {
  readonly Parameters?: Readonly<
    Record<string, { readonly Default?: Json; readonly NoEcho?: Json; readonly Type?: string }>
  >
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Table>>>>
  readonly Conditions?: Table
  readonly Resources?: Readonly<
    Record<string, { readonly Type?: string; readonly Properties?: Table; readonly Condition?: string }>
  >
}

export interface Around {
  readonly region: string
  readonly accountId: string
  /** Values for parameters, by their names. */
  readonly parameters: Readonly<Record<string, string>>
}

const nothing = Symbol('AWS::NoValue')

/** Resolves a template's values; what only a stack could tell gets a stand-in, and a note that names it. */
export class Intrinsics {
  readonly #pseudo: Readonly<Record<string, string>>

  constructor(
    readonly template: Template,
    readonly around: Around,
    readonly report: Report,
  ) {
    this.#pseudo = {
      'AWS::Region': around.region,
      'AWS::AccountId': around.accountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': around.parameters['AWS::StackName'] ?? 'stack',
    }
  }

  /** The value without functions; `undefined` for AWS::NoValue. */
  resolve(value: Json, path: string): Json {
    const found = this.#value(value, path)
    return found === nothing ? undefined : found
  }

  #value(value: Json, path: string): Json {
    if (Array.isArray(value)) {
      return value.map((one, i) => this.#value(one, `${path}[${i}]`)).filter((one) => one !== nothing)
    }
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value)
    const [[key, argument] = ['', undefined]] = entries
    if (entries.length === 1 && (key === 'Ref' || key.startsWith('Fn::'))) return this.#call(key, argument, path)
    const members = entries.map(
      ([name, one]) => [name, this.#value(one, path === '' ? name : `${path}.${name}`)] as const,
    )
    return Object.fromEntries(members.filter(([, one]) => one !== nothing))
  }

  #call(name: string, argument: Json, path: string): Json {
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument), path)
      case 'Fn::Sub':
        return this.#sub(argument, path)
      case 'Fn::GetAtt':
        return this.#attribute(typeof argument === 'string' ? argument.split('.') : list(argument).map(String), path)
      case 'Fn::If': {
        const [condition, yes, no] = list(argument)
        return this.#value(this.#holds({ Condition: condition }, path) ? yes : no, path)
      }
      case 'Fn::ImportValue':
        return this.#standIn(
          `import-${word(this.#text(argument, path))}`,
          path,
          `another stack exports it (${this.#text(argument, path)})`,
        )
      default:
        return this.#pure(name, this.#value(argument, path), path)
    }
  }

  /** Functions of their arguments alone. */
  #pure(name: string, argument: Json, path: string): Json {
    const [first, second, third] = list(argument)
    if (name === 'Fn::Join') return list(second).map(String).join(String(first))
    if (name === 'Fn::Split') return String(second).split(String(first))
    if (name === 'Fn::Select') return list(second)[Number(first)] ?? nothing
    if (name === 'Fn::Base64') return Buffer.from(String(argument)).toString('base64')
    if (name === 'Fn::ToJsonString') return JSON.stringify(argument)
    if (name === 'Fn::FindInMap') {
      const found = this.template.Mappings?.[String(first)]?.[String(second)]?.[String(third)]
      if (found !== undefined) return found
      return this.#standIn(
        word(String(third)),
        path,
        `Mappings have no ${String(first)}.${String(second)}.${String(third)}`,
      )
    }
    return this.#standIn(word(name), path, `${name} cannot be worked out from a template`)
  }

  #ref(name: string, path: string): Json {
    if (name === 'AWS::NoValue') return nothing
    const known = this.around.parameters[name] ?? this.#pseudo[name]
    if (known !== undefined) return known
    const parameter = this.template.Parameters?.[name]
    if (parameter && String(parameter.NoEcho) === 'true') {
      this.report.add(
        'todo',
        path,
        `the parameter ${name} is a secret: write it to secrets/named/${name} in the data folder`,
      )
      return `{{secret:${name}}}`
    }
    if (parameter?.Default !== undefined) return parameter.Default
    if (parameter)
      return this.#standIn(name, path, `the parameter ${name} has no default: give it with --parameter ${name}=VALUE`)
    return this.#standIn(name, path, `${name} is a resource of the template: put its real name`)
  }

  #sub(argument: Json, path: string): Json {
    const [text, given] = Array.isArray(argument) ? argument : [argument, {}]
    const own = (given ?? {}) as Table
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal !== '') return `\${${name}}`
      if (Object.hasOwn(own, name)) return this.#text(own[name], path)
      return name.includes('.') ? String(this.#attribute(name.split('.'), path)) : this.#text({ Ref: name }, path)
    })
  }

  #attribute([name = '', ...rest]: readonly string[], path: string): Json {
    const attribute = rest.join('.')
    const service = this.template.Resources?.[name]?.Type?.split('::')[1]?.toLowerCase() ?? 'unknown'
    const { region, accountId } = this.around
    const arn =
      service === 'iam' ? `arn:aws:iam::${accountId}:role/${name}` : `arn:aws:${service}:${region}:${accountId}:${name}`
    return this.#standIn(
      /arn$/i.test(attribute) ? arn : `${name}-${word(attribute)}`,
      path,
      `${name}.${attribute} is known to the stack alone: put its real value`,
    )
  }

  #holds(condition: Json, path: string): boolean {
    const [[name, argument] = ['', undefined]] = Object.entries((condition ?? {}) as Table)
    if (name === 'Condition') return this.#holds(this.template.Conditions?.[String(argument)], path)
    if (name === 'Fn::Equals') {
      const [left, right] = list(argument).map((one) => this.#text(one, path))
      return left === right
    }
    if (name === 'Fn::Not') return !this.#holds(list(argument)[0], path)
    if (name === 'Fn::And') return list(argument).every((one) => this.#holds(one, path))
    if (name === 'Fn::Or') return list(argument).some((one) => this.#holds(one, path))
    return false
  }

  #text(value: Json, path: string): string {
    const found = this.#value(value, path)
    return found === nothing ? '' : String(found)
  }

  #standIn(value: string, path: string, why: string): string {
    this.report.add('todo', path, `'${value}' stands in: ${why}`)
    return value
  }
}

const list = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value])
const word = (text: string) => text.replace(/[^A-Za-z0-9-]+/g, '-')
