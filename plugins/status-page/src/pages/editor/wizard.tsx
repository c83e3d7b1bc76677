import type { ActionTypeInfo } from '@penstock/core'
import { typeText } from '../../editor/draft/draft.js'
import { Trail } from '../../view/form.js'

/** The first step: what the pipeline is to do. The second is the form, filled in accordingly. */
export function Wizard({ types }: { readonly types: readonly ActionTypeInfo[] }) {
  return (
    <>
      <header class="page-head">
        <Trail steps={[{ href: '/', label: 'Pipelines' }]} />
        <h1>New pipeline</h1>
        <p class="lead">Say what it is to do; the next step asks for the details. Everything can be changed later.</p>
      </header>
      <form class="panel wizard" action="/create/form">
        <label>
          Name
          <input
            name="name"
            required
            maxLength={100}
            pattern="[A-Za-z0-9.@_\-]+"
            title="Letters, digits and . @ - _"
            autofocus
          />
        </label>
        <Choice name="source" label="Where do changes come from?" types={types} category="Source" required />
        <Choice name="build" label="How is it built?" types={types} category="Build" none="No build" />
        <Choice name="test" label="How is it tested?" types={types} category="Test" none="No test of its own" />
        <Choice name="approval" label="Is someone asked?" types={types} category="Approval" none="Nobody is asked" />
        <Choice name="deploy" label="Where does it go?" types={types} category="Deploy" none="It is not deployed" />
        <div class="buttons">
          <button type="submit" class="button" name="as" value="json">
            Write it as JSON
          </button>
          <button type="submit" class="button primary" name="as" value="form">
            Next: the details
          </button>
        </div>
      </form>
    </>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly label: string
  readonly types: readonly ActionTypeInfo[]
  readonly category: string
  readonly none?: string
  readonly required?: boolean
}

function Choice({ name, label, types, category, none, required }: ChoiceProps) {
  const fitting = types.filter(({ id }) => id.category === category)
  return (
    <label>
      {label}
      <select name={name} required={required}>
        {none && <option value="">{none}</option>}
        {fitting.map(({ id, description }) => (
          <option key={typeText(id)} value={typeText(id)}>
            {id.provider}
            {description ? ` – ${description}` : ''}
          </option>
        ))}
      </select>
    </label>
  )
}
