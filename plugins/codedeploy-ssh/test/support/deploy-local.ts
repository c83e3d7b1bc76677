/** Runs host deployments on this machine, for what does not need SSH. */
import { systemClock } from '@penstock/core'
import type { FileExistsBehavior } from '../../src/appspec/model.js'
import { readContents } from '../../src/bundle/contents.js'
import { readAppSpec, scanBundle } from '../../src/bundle/scan.js'
import { HostDeployment } from '../../src/deploy/host-deployment.js'
import type { ManifestCache } from '../../src/deploy/probe.js'
import type { HostResult } from '../../src/deploy/result.js'
import { RevisionUpload } from '../../src/deploy/revision-upload.js'
import { lifecycleOf } from '../../src/plan/lifecycle.js'
import { planRevision } from '../../src/plan/revision-plan.js'
import { LocalShell } from '../../src/shell/local-shell.js'
import type { Shell } from '../../src/shell/shell.js'

export interface LocalDeployment {
  readonly bundle: string
  readonly root: string
  readonly id: string
  readonly behavior?: FileExistsBehavior
  readonly ignoreStop?: boolean
  readonly signal?: AbortSignal
  readonly keep?: number
  /** KiB. */
  readonly logLimit?: number
  readonly manifests?: ManifestCache
  readonly shell?: () => Promise<Shell>
  readonly onLine?: (line: string) => void
}

export interface LocalResult extends HostResult {
  /** `Event script|line`. */
  readonly output: string[]
  readonly notes: string[]
}

export async function deployLocal(options: LocalDeployment): Promise<LocalResult> {
  const output: string[] = []
  const notes: string[] = []
  const manifests = options.manifests ?? new Map()
  const bundle = await scanBundle(options.bundle)
  const { name, text } = await readAppSpec(bundle)
  const plan = planRevision(name, text, bundle.tree, options.behavior ?? 'DISALLOW')
  const settings = {
    deploymentId: options.id,
    applicationName: 'app',
    groupName: 'group',
    groupId: 'g1',
    events: lifecycleOf({ traffic: false }),
    ignoreApplicationStopFailures: options.ignoreStop ?? false,
    keep: options.keep ?? 5,
    ...(options.logLimit === undefined ? {} : { logLimit: options.logLimit }),
  }
  const upload = readContents(bundle).then(
    (contents) => new RevisionUpload(contents, plan, settings, manifests, systemClock),
  )
  const result = await new HostDeployment({
    open: options.shell ?? (async () => new LocalShell()),
    root: options.root,
    groupId: 'g1',
    deploymentId: options.id,
    upload: () => upload,
    manifests,
    clock: systemClock,
    signal: options.signal ?? new AbortController().signal,
    listener: {
      onOutput: (event, location, stream, line) => {
        output.push(`${event} ${location} ${stream}|${line}`)
        options.onLine?.(line)
      },
      onInfo: (message) => notes.push(message),
      onNote: (message) => notes.push(message),
    },
  })
    .run()
    .finally(() => upload.then((sent) => sent.close()))
  return { ...result, output, notes }
}
