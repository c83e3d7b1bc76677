import type { Block, Cell, ContributionInfo } from '@penstock/core'
import { Post } from '../../view/form.js'
import { Field } from './field.js'

interface ContentProps {
  readonly content: readonly Block[]
  readonly forms: ContributionInfo['forms']
  /** Where the form of a name is sent. */
  readonly action: (form: string) => string
  readonly csrf: string
  /** The reader may send the forms. */
  readonly may: boolean
}

/** What a plugin shows, drawn as the rest of the page: a plugin has no HTML of its own. */
export function Contributed({ content, ...forms }: ContentProps) {
  return (
    <div class="contributed">
      {content.map((block, at) => (
        <OneBlock key={at} block={block} {...forms} />
      ))}
    </div>
  )
}

function OneBlock({ block, ...forms }: Omit<ContentProps, 'content'> & { readonly block: Block }) {
  if (block.kind === 'text') return <p class="said">{block.text}</p>
  if (block.kind === 'state') return <p class={`state-line ${tones[block.state]}`}>{block.text}</p>
  if (block.kind === 'facts') return <Facts facts={block.facts} />
  if (block.kind === 'table') return <Rows columns={block.columns} rows={block.rows} />
  return <Form name={block.form} {...forms} />
}

const tones = { good: 'good', bad: 'bad', waiting: 'waiting', neutral: 'quiet' } as const

function Facts({ facts }: { readonly facts: Readonly<Record<string, Cell>> }) {
  return (
    <dl class="fact-list">
      {Object.entries(facts).map(([name, cell]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <OneCell cell={cell} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Rows({ columns, rows }: { readonly columns: readonly string[]; readonly rows: readonly (readonly Cell[])[] }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={columns[column] ?? column}>
                  <OneCell cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function OneCell({ cell }: { readonly cell: Cell }) {
  if (typeof cell === 'string') return <>{cell}</>
  return (
    <a href={cell.href} rel="noopener noreferrer">
      {cell.text}
    </a>
  )
}

function Form({ name, forms, action, csrf, may }: Omit<ContentProps, 'content'> & { readonly name: string }) {
  const form = forms[name]
  if (!form || !may) return null
  return (
    <Post action={action(name)} csrf={csrf} class="contributed-form">
      {Object.entries(form.fields).map(([field, declaration]) => (
        <Field key={field} id={`${action(name)}#${field}`} name={field} declaration={declaration} />
      ))}
      <button type="submit" class="button">
        {form.label}
      </button>
    </Post>
  )
}
