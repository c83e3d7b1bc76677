import { Icon } from '../../view/icons.js'

/** One thing that the server took, or once took, and warns of. */
export interface PipelineWarning {
  readonly path: string
  readonly message: string
}

/** What will not do what it looks like, each with its place in the definition. Nothing while all is well. */
export function Warnings({ warnings }: { readonly warnings: readonly PipelineWarning[] }) {
  if (warnings.length === 0) return null
  return (
    <div class="notice calm" role="note">
      <Icon name="warning" />
      <div>
        <p>
          <strong>The definition has something to look at.</strong>
        </p>
        <ul>
          {warnings.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path === '' ? 'pipeline' : path}</code>: {message}
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
