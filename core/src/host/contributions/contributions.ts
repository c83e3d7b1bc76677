/** What a plugin adds to the console and to the command line. It says what is to be shown; the host draws it. */
import type { PropertyDeclarations } from '../../domain/property-declaration.js'
import type { ConfigurationOf } from '../action-type-declaration.js'

/**
 * Who looks or acts, as the host has signed them in.
 * @example
 * const greeting = ({ name }: Visitor) => `hello ${name}`
 */
export interface Visitor {
  readonly name: string
  readonly arn: string
}

/**
 * What a panel is about: a pipeline, one of its executions, or a run of one of its actions.
 * @example
 * const key = ({ pipelineName, pipelineExecutionId = 'latest' }: PanelSubject) => `${pipelineName}/${pipelineExecutionId}`
 */
export interface PanelSubject {
  readonly pipelineName: string
  readonly pipelineExecutionId?: string
  readonly stageName?: string
  readonly actionName?: string
  readonly actionExecutionId?: string
}

/**
 * A text, or a link to an `https://` address or a path of this server.
 * @example
 * const report: Cell = { text: 'report', href: 'https://example.com/report/7' }
 */
export type Cell = string | { readonly text: string; readonly href: string }

/**
 * A piece of what is shown: text, facts by name, a table, a state with its words, or a form of the contribution's own.
 * @example
 * const block: Block = { kind: 'facts', facts: { Coverage: '87 %', Report: { text: 'open', href: 'https://example.com/7' } } }
 */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: Readonly<Record<string, Cell>> }
  | { readonly kind: 'table'; readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  | { readonly kind: 'state'; readonly state: 'good' | 'bad' | 'waiting' | 'neutral'; readonly text: string }
  | { readonly kind: 'form'; readonly form: string }

/**
 * What a panel or page shows; `undefined` when there is nothing to say, and then it is not there.
 * @example
 * const content: Content = [{ kind: 'state', state: 'good', text: 'covered' }]
 */
export type Content = readonly Block[] | undefined

/**
 * A form of a panel or page: a button, with fields when it needs some. The host draws it, knows who sent it, and refuses what
 * another site made a browser send; `submit` gets checked values, and answers a sentence for the visitor.
 * Errors that it throws are told to the visitor.
 * @example
 * const retry: FormContribution = { label: 'Measure again', submit: async (_values, { pipelineName }) => `queued for ${pipelineName}` }
 */
export interface FormContribution<P extends PropertyDeclarations = PropertyDeclarations, S = PanelSubject> {
  readonly label: string
  readonly fields?: P
  submit(
    values: ConfigurationOf<P>,
    subject: S,
    by: Visitor,
  ): string | undefined | void | Promise<string | undefined | void>
}

/**
 * A panel on the page of each pipeline, execution or action's run. Whoever may see the pipeline sees it; its forms are for
 * those who may start the pipeline.
 * @example
 * api.contribute.panel({
 *   id: 'coverage',
 *   title: 'Coverage',
 *   place: 'execution',
 *   show: async ({ pipelineExecutionId }) => [{ kind: 'text', text: `of ${pipelineExecutionId}` }],
 * })
 */
export interface PanelContribution {
  /** Small letters, digits and `-`; one of the plugin's own. */
  readonly id: string
  readonly title: string
  readonly place: 'pipeline' | 'execution' | 'action'
  /** For `action`: only runs of these types, such as `Build/Custom/Make/1`; of all when absent. */
  readonly actionTypes?: readonly string[]
  show(subject: PanelSubject, visitor: Visitor): Content | Promise<Content>
  readonly forms?: Readonly<Record<string, FormContribution>>
}

/**
 * A page of the console, for everybody who may list pipelines; its forms are for those who have `penstock:UsePlugin`.
 * @example
 * api.contribute.page({ id: 'queue', title: 'The queue', show: async () => [{ kind: 'text', text: 'empty' }] })
 */
export interface PageContribution {
  readonly id: string
  readonly title: string
  /** `query` is what stands behind `?` in the address. */
  show(query: Readonly<Record<string, string>>, visitor: Visitor): Content | Promise<Content>
  readonly forms?: Readonly<Record<string, FormContribution<PropertyDeclarations, Readonly<Record<string, string>>>>>
}

/**
 * A verb of the command line, `penstock plugin run PLUGIN NAME`, which runs at the server for those who have
 * `penstock:UsePlugin`. What it answers is printed.
 * @example
 * api.contribute.command({
 *   name: 'thaw',
 *   description: 'Ends the freeze',
 *   arguments: { Reason: { description: 'Why', required: true } },
 *   run: async ({ Reason }, by) => `thawed by ${by.name}: ${Reason}`,
 * })
 */
export interface CommandContribution<P extends PropertyDeclarations = PropertyDeclarations> {
  readonly name: string
  readonly description: string
  /** Given as `Reason=TEXT`. */
  readonly arguments?: P
  run(values: ConfigurationOf<P>, by: Visitor): string | Content | Promise<string | Content>
}

/**
 * One of the values that somebody may choose for a property.
 * @example
 * const choice: Choice = { value: 'p-17', label: 'The shop' }
 */
export interface Choice {
  readonly value: string
  /** What people read; the value when absent. */
  readonly label?: string
}

/**
 * The values of a property that are offered while an action is configured, from wherever they are kept. `configuration` is what
 * has been filled in so far, without secrets. Other values stay possible.
 * @example
 * api.contribute.choices({
 *   actionType: 'Build/Custom/Remote/1',
 *   property: 'Project',
 *   list: async ({ Url }) => [{ value: 'shop', label: `The shop at ${Url}` }],
 * })
 */
export interface ChoicesContribution {
  /** One of the plugin's own types, `Build/Custom/Remote/1`. */
  readonly actionType: string
  readonly property: string
  list(
    configuration: Readonly<Record<string, string>>,
    visitor: Visitor,
  ): readonly Choice[] | Promise<readonly Choice[]>
}

/**
 * What a plugin adds to the console and the command line, while it registers; in a process of its own, too.
 * @example
 * const contribute: Contribute = api.contribute
 * contribute.page({ id: 'queue', title: 'The queue', show: async () => [{ kind: 'text', text: 'empty' }] })
 */
export interface Contribute {
  panel(panel: PanelContribution): void
  page(page: PageContribution): void
  command<P extends PropertyDeclarations>(command: CommandContribution<P>): void
  choices(choices: ChoicesContribution): void
}
