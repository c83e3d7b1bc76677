/** CloudFormation's intrinsic functions, as far as a template alone can answer them. */
import { holds } from './conditions.js'
import { isTable, type Table } from './found.js'
import { findInMap, listOf, pure } from './pure-functions.js'
import { Report } from './report.js'
import { ownWord, standInArn } from './resource-names.js'
import type { Parameter, Resource, Template } from './template.js'

type Json = unknown

export interface Around {
  readonly region: string
  readonly accountId: string
  /** Values for parameters, by their names. */
  readonly parameters: Readonly<Record<string, string>>
}

const madeHere = ['AWS::CodePipeline::Pipeline', 'AWS::CodeBuild::Project']
const byArn = ['AWS::SNS::Topic', 'AWS::CodeStarConnections::Connection', 'AWS::CodeConnections::Connection']
const nothing = Symbol('AWS::NoValue')
/** Deeper than templates are nested: references in a circle end here. */
const deepest = 100

/** Resolves a template's values; what only a stack could tell gets a stand-in, and a note that names it. */
export class Intrinsics {
  readonly #pseudo: Readonly<Record<string, string>>
  #depth = 0

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
    }
  }

  /** The same without notes, for what is told of in other words. */
  quietly(): Intrinsics {
    return new Intrinsics(this.template, this.around, new Report())
  }

  /** The value without functions; `undefined` for AWS::NoValue. */
  resolve(value: Json, path: string): Json {
    const found = this.#value(value, path)
    return found === nothing ? undefined : found
  }

  /** False for a resource whose condition does not hold. */
  isMade({ Condition }: Resource): boolean {
    return Condition === undefined || this.#holds({ Condition }, `Conditions.${Condition}`)
  }

  #value(value: Json, path: string): Json {
    if (Array.isArray(value)) {
      return value.map((one, i) => this.#value(one, `${path}[${i}]`)).filter((one) => one !== nothing)
    }
    if (!isTable(value)) return value
    const entries = Object.entries(value)
    const [[key, argument] = ['', undefined]] = entries
    if (entries.length === 1 && (key === 'Ref' || key.startsWith('Fn::'))) return this.#bounded(key, argument, path)
    const members = entries.map(
      ([name, one]) => [name, this.#value(one, path === '' ? name : `${path}.${name}`)] as const,
    )
    return Object.fromEntries(members.filter(([, one]) => one !== nothing))
  }

  #bounded(name: string, argument: Json, path: string): Json {
    if (this.#depth > deepest) throw new TypeError(`has references in a circle at ${path}`)
    this.#depth++
    try {
      return this.#call(name, argument, path)
    } finally {
      this.#depth--
    }
  }

  #call(name: string, argument: Json, path: string): Json {
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument), path)
      case 'Fn::Sub':
        return this.#sub(argument, path)
      case 'Fn::GetAtt':
        return this.#attribute(typeof argument === 'string' ? argument.split('.') : listOf(argument).map(String), path)
      case 'Fn::If': {
        const [condition, yes, no] = listOf(argument)
        return this.#value(this.#holds({ Condition: condition }, path) ? yes : no, path)
      }
      case 'Fn::FindInMap':
        return this.#mapped(this.#value(argument, path), path)
      case 'Fn::ImportValue': {
        const exported = this.#text(argument, path)
        return this.#standIn(`import-${word(exported)}`, path, `another stack exports it (${exported})`)
      }
      default: {
        const worked = this.#value(argument, path)
        return pure(name, worked) ?? this.#standIn(word(name), path, `${name} cannot be worked out from a template`)
      }
    }
  }

  #mapped(argument: Json, path: string): Json {
    const [map, top, second] = listOf(argument).map(String)
    return (
      findInMap(this.template.Mappings, argument) ??
      this.#standIn(word(second ?? ''), path, `Mappings have no ${map}.${top}.${second}`)
    )
  }

  #ref(name: string, path: string): Json {
    if (name === 'AWS::NoValue') return nothing
    if (name === 'AWS::StackName' && this.around.parameters[name] === undefined)
      return this.#standIn('stack', path, `give the stack's name with --parameter AWS::StackName=NAME`)
    const parameter = this.template.Parameters?.[name]
    const known = this.around.parameters[name] ?? this.#pseudo[name]
    if (known !== undefined) return typed(parameter, known)
    if (parameter) return this.#default(name, parameter, path)
    const own = ownWord(this.template.Resources?.[name])
    if (own !== undefined) return this.#value(own, path)
    const type = this.template.Resources?.[name]?.Type ?? ''
    // What is made here, and has no name of its own, is called by its logical id.
    if (madeHere.includes(type)) return name
    // These answer an ARN, and what it is for stands in the notes about the resource.
    if (byArn.includes(type)) return standInArn(type, this.#nameOf(name, path), this.around)
    return this.#standIn(name, path, `${name} is a resource of the template: put its real name`)
  }

  /** A resource's own name, or its logical id. */
  #nameOf(id: string, path: string): string {
    const { Properties = {} } = this.template.Resources?.[id] ?? {}
    return this.#text(Properties.TopicName ?? Properties.ConnectionName ?? id, path)
  }

  #default(name: string, parameter: Parameter, path: string): Json {
    const { Default: given, NoEcho, Type = 'String' } = parameter
    if (String(NoEcho) === 'true') {
      const what = `the parameter ${name} is a secret: put it at the server first, penstock secret set ${name}, with its value on standard input`
      this.report.add('todo', path, what)
      return `{{secret:${name}}}`
    }
    const remedy = `give it with --parameter ${name}=VALUE`
    if (Type.startsWith('AWS::SSM::Parameter::Value'))
      return this.#standIn(
        word(
          String(given ?? name)
            .split('/')
            .at(-1) ?? name,
        ),
        path,
        `SSM has the value of ${given ?? name}: ${remedy}`,
      )
    if (given !== undefined) return typed(parameter, given)
    return this.#standIn(name, path, `the parameter ${name} has no default: ${remedy}`)
  }

  #sub(argument: Json, path: string): Json {
    const [text, given] = Array.isArray(argument) ? argument : [argument, {}]
    const own = (given ?? {}) as Table
    return String(text).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, spaced: string) => {
      const name = spaced.trim()
      if (literal !== '') return `\${${spaced}}`
      if (Object.hasOwn(own, name)) return this.#text(own[name], path)
      return this.#text(name.includes('.') ? { 'Fn::GetAtt': name } : { Ref: name }, path)
    })
  }

  #attribute([name = '', ...rest]: readonly string[], path: string): Json {
    const attribute = rest.join('.')
    const resource = this.template.Resources?.[name]
    const own = ownWord(resource, attribute)
    if (own !== undefined) return this.#value(own, path)
    if (/arn$/i.test(attribute) && byArn.includes(resource?.Type ?? '')) return this.#ref(name, path)
    if (!/arn$/i.test(attribute))
      return this.#standIn(
        `${name}-${word(attribute)}`,
        path,
        `${name}.${attribute} is known to the stack alone: put its real value`,
      )
    const arn = standInArn(resource?.Type, this.#text(ownWord(resource) ?? name, path), this.around)
    return this.#standIn(arn, path, `${name}.${attribute} is known to the stack alone: put its real value`)
  }

  #holds(condition: Json, path: string): boolean {
    return holds(condition, this.template.Conditions, (value) => this.#text(value, path))
  }

  #text(value: Json, path: string): string {
    const found = this.#value(value, path)
    return found === nothing ? '' : String(found)
  }

  #standIn(value: string, path: string, why: string): string {
    if (matters(path)) this.report.add('todo', path, `'${value}' stands in: ${why}`)
    else this.report.add('changed', path, `'${value}' stands in: it is kept, and nothing here depends on it`)
    return value
  }
}

/** Roles are not assumed here, and artifacts go into the server's own store whatever its name. */
const matters = (path: string) => !/(^|\.)RoleArn$|^ArtifactStores?\b/.test(path)

/** A list's default is one text with commas. */
function typed(parameter: Parameter | undefined, value: Json): Json {
  const isList = /^(CommaDelimitedList|List<)/.test(parameter?.Type ?? '')
  return isList && typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value
}

const word = (text: string) => text.replace(/[^A-Za-z0-9-]+/g, '-')
