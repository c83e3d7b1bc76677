import type { Readable } from 'node:stream'
import type { ArtifactLocation, StoredObject, Views } from '@penstock/core'
import { type Ctx, operationsOf, type PageRouter, param, query, type Site } from '../../site.js'
import { Trail } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import { show } from '../../view/show.js'
import { bytes } from '../../view/size.js'
import { Ago } from '../../view/time.js'
import { findAction } from '../action/find.js'
import { safeType } from './safe-type.js'
import { type ArtifactFile, listArtifact, mostFiles, openFile } from './zip.js'

/** An action's artifacts: their files, one by one or as the whole archive. */
export function artifactRoutes(router: PageRouter, site: Site): void {
  const at = '/pipelines/:name/actions/:id/artifacts/:artifact'
  router.get(at, (ctx: Ctx) => browse(ctx, site))
  router.get(`${at}/zip`, (ctx: Ctx) => whole(ctx, site))
  router.get(`${at}/file`, (ctx: Ctx) => file(ctx, site))
}

interface Found {
  readonly action: Views.ActionExecutionDetail
  readonly location: ArtifactLocation
  readonly object: StoredObject
}

/** Only what the action itself had is reached: who may see its executions may see what they made. */
async function find(ctx: Ctx, site: Site): Promise<Found> {
  const action = await findAction(site, operationsOf(ctx, site), param(ctx, 'name'), param(ctx, 'id'))
  const all = [...action.input.inputArtifacts, ...(action.output?.outputArtifacts ?? [])]
  const artifact = all.find(({ name }) => name === param(ctx, 'artifact'))
  if (!artifact) ctx.throw(404, `This action has no artifact ${param(ctx, 'artifact')}.`)
  const location = artifact.s3location
  const object = await site.server.artifacts.head(location)
  if (!object) ctx.throw(404, 'This artifact is not kept any more: executions are forgotten after a while.')
  return { action, location, object }
}

async function browse(ctx: Ctx, site: Site): Promise<void> {
  const { action, location, object } = await find(ctx, site)
  const name = param(ctx, 'artifact')
  const files = await listArtifact(site.server.artifacts, location, object.size).catch(() => undefined)
  const base = to.action(param(ctx, 'name'), action.actionExecutionId, 'artifacts', name)
  show(
    ctx,
    site,
    { title: `Artifact ${name}`, section: 'pipelines' },
    <>
      <header class="page-head">
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: to.pipeline(param(ctx, 'name')), label: param(ctx, 'name') },
            { href: to.execution(param(ctx, 'name'), action.pipelineExecutionId), label: 'Execution' },
            {
              href: to.action(param(ctx, 'name'), action.actionExecutionId),
              label: `${action.stageName} / ${action.actionName}`,
            },
          ]}
        />
        <h1>Artifact {name}</h1>
        <p class="facts">
          <span>{bytes(object.size)}</span>
          <span>
            made <Ago at={object.modified} />
          </span>
          {files && (
            <span>
              {files.length} {files.length === 1 ? 'file' : 'files'}
            </span>
          )}
        </p>
        <div class="toolbar">
          <a class="button" href={`${base}/zip`} download>
            <Icon name="download" />
            Download all
          </a>
        </div>
      </header>
      {files ? <Files base={base} files={files} /> : <p class="empty">This artifact is no zip archive.</p>}
    </>,
  )
}

function Files({ base, files }: { readonly base: string; readonly files: readonly ArtifactFile[] }) {
  return (
    <>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col" class="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ path, size }) => (
            <tr key={path}>
              <td class="break">
                <a href={`${base}/file?path=${encodeURIComponent(path)}`}>{path}</a>
              </td>
              <td class="number nowrap">{bytes(size)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {files.length >= mostFiles && <p class="quiet">There are more files than are listed: download all.</p>}
    </>
  )
}

async function whole(ctx: Ctx, site: Site): Promise<void> {
  const { location, object } = await find(ctx, site)
  const found = await site.server.artifacts.get(location)
  if (!found) ctx.throw(404, 'This artifact is not kept any more.')
  ctx.attachment(`${param(ctx, 'name')}-${param(ctx, 'artifact')}.zip`)
  ctx.type = 'application/zip'
  ctx.length = object.size
  ctx.body = found.body as Readable
}

/** What a build made may hold anything: it is shown as text or a picture at most, and never runs here. */
async function file(ctx: Ctx, site: Site): Promise<void> {
  const { location, object } = await find(ctx, site)
  const path = query(ctx, 'path') ?? ''
  const found = await openFile(site.server.artifacts, location, object.size, path)
  if (!found) ctx.throw(404, `The artifact has no file ${path}.`)
  const { type, inline } = safeType(path)
  ctx.attachment(path.split('/').at(-1) ?? path, { type: inline ? 'inline' : 'attachment' })
  ctx.type = type
  ctx.set('content-security-policy', "default-src 'none'; img-src 'self'; sandbox")
  ctx.length = found.file.size
  ctx.body = found.body
}
