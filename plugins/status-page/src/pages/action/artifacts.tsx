import type { StoredObject, Views } from '@penstock/core'
import { to } from '../../view/link.js'
import { bytes } from '../../view/size.js'
import { Ago } from '../../view/time.js'

interface ArtifactsProps {
  readonly pipeline: string
  readonly action: Views.ActionExecutionDetail
  /** What is kept of each, by name. */
  readonly stored: ReadonlyMap<string, StoredObject>
}

/** what went in and what came out, with size and age, and the way to its files. */
export function Artifacts({ pipeline, action, stored }: ArtifactsProps) {
  const rows = [
    ...action.input.inputArtifacts.map((artifact) => ({ way: 'in', ...artifact })),
    ...(action.output?.outputArtifacts ?? []).map((artifact) => ({ way: 'out', ...artifact })),
  ]
  if (rows.length === 0) return null
  return (
    <section class="panel" aria-labelledby="artifacts-title">
      <header class="panel-head">
        <h2 id="artifacts-title">Artifacts</h2>
      </header>
      <table class="table cards">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">Direction</span>
            </th>
            <th scope="col">Name</th>
            <th scope="col">Size</th>
            <th scope="col">Made</th>
            <th scope="col">Object</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ way, name, s3location }) => {
            const object = stored.get(name)
            return (
              <tr key={`${way}/${name}`}>
                <td data-label="Direction">{way}</td>
                <td data-label="Name">
                  {object ? (
                    <a href={to.action(pipeline, action.actionExecutionId, 'artifacts', name)}>{name}</a>
                  ) : (
                    name
                  )}
                </td>
                <td data-label="Size" class="nowrap">
                  {object ? bytes(object.size) : <span class="quiet">not kept any more</span>}
                </td>
                <td data-label="Made">
                  <Ago at={object?.modified} />
                </td>
                <td data-label="Object">
                  <code class="value">{`${s3location.bucket}/${s3location.key}`}</code>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}
