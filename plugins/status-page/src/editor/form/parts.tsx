import type { ComponentChildren } from 'preact'
import { Icon } from '../../view/icons.js'
import { useForm } from './context.js'

/** Problems of a stage, an action or a list as a whole. */
export function Around({ path }: { readonly path: string }) {
  const problem = useForm().problems.at(path)
  return problem ? <p class="problem">{problem}</p> : null
}

interface AddProps {
  /** `add:stages[1].actions`, as change-draft.ts reads it. */
  readonly deed: string
  readonly children: ComponentChildren
}

/** A button that draws the form again with one thing more. */
export function Add({ deed, children }: AddProps) {
  return (
    <button
      type="submit"
      class="button quiet"
      name="do"
      value={deed}
      formNoValidate
      autofocus={useForm().focus === deed || undefined}
    >
      <Icon name="plus" />
      {children}
    </button>
  )
}

interface DeedProps {
  readonly deed: string
  readonly label: string
}

/** Takes a thing out of the draft. */
export function Remove({ at, label }: { readonly at: string; readonly label: string }) {
  return <Deed deed={`remove:${at}`} label={label} />
}

function Deed({ deed, label }: DeedProps) {
  const icon = deed.startsWith('remove:') ? 'trash' : 'down'
  return (
    <button type="submit" class="icon-button" name="do" value={deed} aria-label={label} title={label} formNoValidate>
      <Icon name={icon} {...(deed.startsWith('up:') && { class: 'up' })} />
    </button>
  )
}

interface ToolsProps {
  readonly at: string
  /** What it is called in the buttons' labels. */
  readonly name: string
  readonly first: boolean
  readonly last: boolean
  /** What goes with it when it is removed. */
  readonly goesWith?: string
}

/** Moves a thing in its list, or takes it out. */
export function Tools({ at, name, first, last, goesWith = '' }: ToolsProps) {
  return (
    <div class="form-tools">
      {!first && <Deed deed={`up:${at}`} label={`Move ${name} up`} />}
      {!last && <Deed deed={`down:${at}`} label={`Move ${name} down`} />}
      <Deed deed={`remove:${at}`} label={`Remove ${name}${goesWith}`} />
    </div>
  )
}
