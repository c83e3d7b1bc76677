/** The contributions of all living plugins: listed, shown, submitted and run, each contained as its plugin's. */
import type { Clock } from '../../domain/clock.js'
import type { PropertyDeclarations } from '../../domain/property-declaration.js'
import { contain, reason } from '../contain.js'
import { checkChoices, checkContent } from './content.js'
import type { Choice, Content, PanelSubject, Visitor } from './contributions.js'
import { type Contribution, contributionId } from './declared.js'
import { readValues } from './values.js'

/** Milliseconds that a contribution may take to answer. */
export const contributionLimit = 10_000

/**
 * A contribution as lists show it.
 * @example
 * const pages = (all: readonly ContributionInfo[]) => all.filter(({ kind }) => kind === 'page')
 */
export interface ContributionInfo {
  readonly plugin: string
  readonly kind: 'panel' | 'page' | 'command' | 'choices'
  /** A command's name; of choices `Build/Custom/Remote/1/Project`. */
  readonly id: string
  /** A command's description. */
  readonly title: string
  readonly place?: 'pipeline' | 'execution' | 'action'
  readonly actionTypes?: readonly string[]
  readonly forms: Readonly<Record<string, { readonly label: string; readonly fields: PropertyDeclarations }>>
  /** Of a command. */
  readonly arguments?: PropertyDeclarations
}

/**
 * Which contribution is meant.
 * @example
 * const panel: ContributionKey = { plugin: 'penstock-plugin-hello', kind: 'panel', id: 'greetings' }
 */
export interface ContributionKey {
  readonly plugin: string
  readonly kind: ContributionInfo['kind']
  readonly id: string
}

/**
 * What a command answered.
 * @example
 * const answer: CommandAnswer = { text: '3 builds were cleared' }
 */
export type CommandAnswer = { readonly text: string } | { readonly content: Content }

/** Nobody contributes it, or its plugin is not there now. */
export class NoContribution extends Error {
  override readonly name = 'NoContribution'
}

/** It did not answer, or not what it should; told to the visitor with the plugin's name. */
export class ContributionFailed extends Error {
  override readonly name = 'ContributionFailed'
}

/** What a service is made of. */
export interface ContributionParts {
  readonly clock: Clock
  /** Of the plugins that are started, in their order. */
  readonly living: () => readonly { readonly plugin: string; readonly contributions: readonly Contribution[] }[]
  readonly problem: (plugin: string, text: string) => void
}

/**
 * What plugins add to the console and the command line.
 * @example
 * const titles = (service: ContributionService) => service.list().map(({ title }) => title)
 */
export class ContributionService {
  constructor(private readonly parts: ContributionParts) {}

  list(): readonly ContributionInfo[] {
    return this.parts.living().flatMap(({ plugin, contributions }) => contributions.map((one) => infoOf(plugin, one)))
  }

  /** What a panel or page shows. Errors: NoContribution, ContributionFailed. */
  async show(
    key: ContributionKey,
    subject: PanelSubject | Readonly<Record<string, string>>,
    visitor: Visitor,
  ): Promise<Content> {
    const one = this.find(key)
    if (one.kind !== 'panel' && one.kind !== 'page') throw new NoContribution(`${key.kind} ${key.id} shows nothing`)
    const forms = Object.keys(one.forms ?? {})
    return this.ask(key, 'show', async () => checkContent(await one.show(subject as never, visitor), forms))
  }

  /** Errors: NoContribution; ValuesRefused; ContributionFailed with the plugin's words. */
  async submit(
    key: ContributionKey,
    form: string,
    given: Readonly<Record<string, string>>,
    subject: PanelSubject | Readonly<Record<string, string>>,
    by: Visitor,
  ): Promise<string | undefined> {
    const one = this.find(key)
    const forms = one.kind === 'panel' || one.kind === 'page' ? one.forms : undefined
    const found = forms && Object.hasOwn(forms, form) ? forms[form] : undefined
    if (!found) throw new NoContribution(`${key.kind} '${key.id}' of plugin '${key.plugin}' has no form '${form}'`)
    const values = readValues(found.fields ?? {}, given)
    const said = await this.ask(key, `forms.${form}`, () => found.submit(values as never, subject as never, by))
    return typeof said === 'string' ? said.slice(0, 1_000) : undefined
  }

  /** Errors: as submit. */
  async run(key: ContributionKey, given: Readonly<Record<string, string>>, by: Visitor): Promise<CommandAnswer> {
    const one = this.find(key)
    if (one.kind !== 'command') throw new NoContribution(`${key.id} is no command`)
    const values = readValues(one.arguments ?? {}, given)
    return this.ask(key, 'run', async () => {
      const answer = await one.run(values as never, by)
      return typeof answer === 'string' ? { text: answer } : { content: checkContent(answer, []) }
    })
  }

  /** Errors: NoContribution, ContributionFailed. */
  async choices(
    key: ContributionKey,
    configuration: Readonly<Record<string, string>>,
    visitor: Visitor,
  ): Promise<readonly Choice[]> {
    const one = this.find(key)
    if (one.kind !== 'choices') throw new NoContribution(`${key.id} has no choices`)
    return this.ask(key, 'list', async () => checkChoices(await one.list(configuration, visitor)))
  }

  private find({ plugin, kind, id }: ContributionKey): Contribution {
    const of = this.parts.living().find((one) => one.plugin === plugin)
    const found = of?.contributions.find((one) => one.kind === kind && contributionId(one) === id)
    if (!found) throw new NoContribution(`no plugin '${plugin}' that runs contributes the ${kind} '${id}'`)
    return found
  }

  private async ask<T>({ plugin, kind, id }: ContributionKey, what: string, run: () => T | Promise<T>): Promise<T> {
    const { clock, problem } = this.parts
    try {
      return await contain(clock, plugin, `${kind} ${id}: ${what}()`, contributionLimit, run)
    } catch (error) {
      problem(plugin, `${kind} ${id}: ${what}: ${reason(error)}`)
      throw new ContributionFailed(`plugin '${plugin}': ${reason(error)}`)
    }
  }
}

function infoOf(plugin: string, one: Contribution): ContributionInfo {
  const base = { plugin, kind: one.kind, id: contributionId(one), forms: {} }
  if (one.kind === 'command') return { ...base, title: one.description, arguments: one.arguments ?? {} }
  if (one.kind === 'choices') return { ...base, title: one.property }
  const forms = Object.entries(one.forms ?? {}).map(([name, { label, fields = {} }]) => [name, { label, fields }])
  const shown = { ...base, title: one.title, forms: Object.fromEntries(forms) as ContributionInfo['forms'] }
  if (one.kind === 'page') return shown
  return { ...shown, place: one.place, ...(one.actionTypes ? { actionTypes: one.actionTypes } : {}) }
}
