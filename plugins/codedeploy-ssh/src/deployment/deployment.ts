/** One deployment of one revision to all hosts of a group. */
import { defined, type JobContext } from '@penstock/core'
import { releasePlan } from '../bluegreen/release-plan.js'
import { type Release, Verdict, verdictWithin } from '../bluegreen/verdict.js'
import { type BundleContents, readContents } from '../bundle/contents.js'
import type { ScannedBundle } from '../bundle/scan.js'
import { HostDeployment } from '../deploy/host-deployment.js'
import type { ManifestCache } from '../deploy/probe.js'
import type { HostResult } from '../deploy/result.js'
import { RevisionUpload } from '../deploy/revision-upload.js'
import type { StreamListener } from '../deploy/stream.js'
import { minimumHealthy } from '../fleet/configuration.js'
import type { Fleet, FleetHost } from '../fleet/fleet.js'
import { orderHosts } from '../fleet/fleet.js'
import { type FleetRun, runFleet } from '../fleet/run-fleet.js'
import type { DeploymentGroup, GroupHost } from '../group/deployment-group.js'
import { lifecycleOf } from '../plan/lifecycle.js'
import type { RevisionPlan } from '../plan/revision-plan.js'
import { Traffic } from '../traffic/traffic.js'
import { causeLine, causesOf } from './causes.js'
import { type Place, writePlace } from './checkpoint.js'
import type { GroupHistory } from './history.js'
import { HostRound, ownEvents } from './host-round.js'
import { Offsets } from './offsets.js'
import { openShell, type ShellSource } from './open-shell.js'
import type { Recorder } from './recorder.js'
import { Targets } from './targets.js'
import { WarmShells } from './warm-shells.js'

/** Different reasons that are told at the end. */
const CAUSES = 5
/** Characters of a summary. */
const SUMMARY = 1000

/** Logins that are made ahead at most. */
const WARM = 16

/** What a deployment needs of where it runs: an action's job, or the plugin itself. */
export type Surroundings = Pick<JobContext, 'log' | 'clock' | 'workspace' | 'checkpoint' | 'progress' | 'targets'>

export interface DeploymentParts {
  readonly group: DeploymentGroup
  readonly bundle: ScannedBundle
  readonly plan: RevisionPlan
  readonly place: Place
  readonly commit?: string
  readonly history: GroupHistory
  readonly manifests: ManifestCache
  readonly shells: ShellSource
  readonly ctx: Surroundings
  readonly recorder: Recorder
  /** Told once what the bundle holds, before the first host is deployed to. */
  readonly onContents: (contents: BundleContents) => void
  /** Ends the deployment. The job's own signal, but for a rollback after a stop. */
  readonly signal: AbortSignal
}

export interface DeploymentOutcome {
  readonly deploymentId: string
  readonly succeeded: boolean
  readonly digest: string
  /** `2 of 3 hosts succeeded; failed: web3: why`. */
  readonly summary: string
  /** Why it failed, with each host's reason. */
  readonly message: string
  readonly contents: BundleContents
  /** How each host fared that was deployed to. */
  readonly results: ReadonlyMap<string, HostResult>
}

export class Deployment {
  private readonly results = new Map<string, HostResult>()
  private readonly targets: Targets
  private readonly offsets: Offsets
  private readonly events
  private readonly traffic: Traffic | undefined
  private warm: WarmShells | undefined
  private contents: Promise<BundleContents> | undefined
  private upload: Promise<RevisionUpload> | undefined

  constructor(private readonly parts: DeploymentParts) {
    const { ctx, group, place } = parts
    const blueGreen = group.blueGreen !== undefined
    const checks = group.healthChecks.length > 0
    this.events = lifecycleOf({ traffic: group.trafficEvents, blueGreen, checks })
    this.traffic = group.traffic === undefined ? undefined : new Traffic(group.traffic, ctx.clock)
    const own = ownEvents({ traffic: this.traffic !== undefined, checks: checks && !blueGreen })
    const names = [...own.before, ...this.events.map(({ event }) => event), ...own.after]
    this.targets = new Targets(ctx, this.hostIds, names, ({ targetId, targetType: _, ...target }) =>
      this.parts.recorder.host({
        ...target,
        host: targetId,
        events: target.events ?? [],
        ...defined({ message: this.results.get(targetId)?.message }),
      }),
    )
    this.offsets = new Offsets(ctx.workspace, place.deploymentId, ctx.clock)
  }

  /** Runs to its end. Never rejects because of a host. */
  async run(): Promise<DeploymentOutcome> {
    const { ctx, place, group } = this.parts
    const warm = this.warmUp()
    this.contents = readContents(this.parts.bundle)
    const contents = await this.contents
    const { manifest } = contents
    this.parts.onContents(contents)
    await this.keepPlace(place.hosts)
    await this.parts.recorder.begin(manifest.digest)
    ctx.log.line(`Deployment ${place.deploymentId} to ${group.hosts.length} hosts (${group.configurationName})`)
    const run = await runFleet(this.fleet(manifest.digest), {
      signal: this.parts.signal,
      deploy: (id) => this.deployTo(id, manifest.digest),
      changed: (fleet) => this.changed(fleet),
    })
    this.offsets.close()
    void this.upload?.then((upload) => upload.close())
    await warm.closeRest()
    for (const host of run.fleet.hosts) if (host.status === 'Skipped') this.targets.status(host.id, 'Skipped')
    await this.targets.flush()
    const ended = this.conclude(run)
    const status = run.succeeded ? 'Succeeded' : this.parts.signal.aborted ? 'Stopped' : 'Failed'
    await this.parts.recorder.end(status, run.succeeded ? ended.summary : ended.message)
    return { deploymentId: place.deploymentId, digest: manifest.digest, contents, results: this.results, ...ended }
  }

  /** Logs in to the hosts that will be first, while the bundle is read. */
  private warmUp(): WarmShells {
    const { group, place, shells } = this.parts
    const atOnce = group.hosts.length - minimumHealthy(group.configuration, group.hosts.length)
    const first = group.hosts
      .filter((_, index) => place.hosts[index] === 'Pending')
      .slice(0, Math.max(0, Math.min(atOnce, WARM)))
    this.warm = new WarmShells(first, (host) => openShell(host, shells, this.parts.signal))
    return this.warm
  }

  private get hostIds(): string[] {
    return this.parts.group.hosts.map(({ id }) => id)
  }

  private fleet(digest: string): Fleet {
    const { group, history, place } = this.parts
    const hosts = group.hosts.map(
      ({ id }, index): FleetHost => ({
        id,
        status: place.hosts[index] ?? 'Pending',
        healthy: history.isHealthy(id),
        revision: history.revisionOf(id, digest),
      }),
    )
    return { configuration: group.configuration, hosts: orderHosts(hosts) }
  }

  private async deployTo(id: string, digest: string): Promise<boolean> {
    const { ctx, group, place, history, shells, manifests } = this.parts
    const host = group.hosts.find((candidate) => candidate.id === id)
    if (host === undefined) throw new Error(`no host ${id}`)
    this.targets.status(id, 'InProgress')
    const round = new HostRound({
      host,
      traffic: this.traffic,
      // Blue/green they are asked in between, while the host waits.
      checks: group.blueGreen === undefined ? group.healthChecks : [],
      clock: ctx.clock,
      signal: this.parts.signal,
      open: () => openShell(host, shells, this.parts.signal),
      onEvent: this.listenerFor(host).onEvent,
      onNote: (message) => ctx.log.line(`[${id}] ${message}`),
    })
    const deployment = new HostDeployment({
      open: (signal) => this.warm?.take(id) ?? openShell(host, shells, signal),
      root: host.root,
      groupId: history.groupId,
      deploymentId: place.deploymentId,
      owner: `${oneWord(group.applicationName)}/${oneWord(group.groupName)} ${history.installation}`,
      upload: () => this.revisionUpload(),
      manifests,
      clock: ctx.clock,
      signal: this.parts.signal,
      listener: { ...this.listenerFor(host), ...this.judgeOf(host) },
      resumed: place.hosts[group.hosts.indexOf(host)] === 'InProgress',
      loggedUntil: this.offsets.get(id),
      onOffset: (offset) => this.offsets.set(id, offset),
    })
    const result = await round.run(() => deployment.run())
    this.results.set(id, result)
    const succeeded = result.status === 'Succeeded'
    ctx.log.line(
      `[${id}] ${succeeded ? 'Succeeded' : `${result.status}${toldByEvent(result) ? '' : `: ${result.message}`}`}`,
    )
    // Stopped before anything was installed says nothing about the host's health.
    if (succeeded || !result.stopped) {
      await history.recordHost({
        host: id,
        deploymentId: place.deploymentId,
        healthy: succeeded,
        contactTime: ctx.clock.now(),
        // Blue/green the one before is still live, or live again.
        ...defined({ digest: succeeded ? digest : group.blueGreen && history.digestOf(id) }),
      })
    }
    this.targets.status(id, result.status)
    await this.parts.recorder.hostEnded(id)
    return succeeded
  }

  private listenerFor({ id }: GroupHost) {
    const { recorder } = this.parts
    const { log } = this.parts.ctx
    const installed = whatIsInstalled(this.parts.plan)
    return {
      onEvent: (event: HostResult['events'][number]) => {
        this.targets.event(id, event)
        if (event.status !== 'Pending')
          recorder.line(
            id,
            `${event.name} ${event.status}${event.diagnostics === undefined ? '' : `: ${event.diagnostics.message}`}`,
          )
        if (event.diagnostics !== undefined) {
          const { errorCode, message } = event.diagnostics
          const code = errorCode === 'UnknownError' ? '' : `${errorCode}: `
          log.line(`[${id}] ${event.name} Failed: ${code}${message}`)
        } else if (event.name === 'Install' && event.status === 'Succeeded') {
          log.line(`[${id}] Install: ${installed}`)
        }
      },
      onScript: (event: string, script: string) => log.line(`[${id}] ${event} ${script} started`),
      onEachLine: (event: string, script: string, line: string) => recorder.line(id, `${event} ${script} | ${line}`),
      onOutput: (event: string, script: string, _stream: string, line: string) =>
        log.line(`[${id}] ${event} ${script} | ${line}`),
      onInfo: (message: string) => log.line(`[${id}] ${message}`),
      onNote: (message: string) => log.line(`[${id}] ${message}`),
    }
  }

  /** Blue/green the host waits until somebody has looked at its new release. */
  private judgeOf(host: GroupHost): Pick<StreamListener, 'onEvent' | 'onRelease'> {
    const { group, ctx, shells, signal } = this.parts
    const { onEvent } = this.listenerFor(host)
    if (group.blueGreen === undefined || group.healthChecks.length === 0) return { onEvent }
    const verdict = new Verdict({
      host,
      checks: group.healthChecks,
      clock: ctx.clock,
      signal,
      open: () => openShell(host, shells, signal),
      onNote: (message) => ctx.log.line(`[${host.id}] ${message}`),
    })
    let release: Release | undefined
    return {
      onRelease: (found) => {
        release = found
      },
      onEvent: (event) => {
        onEvent(event)
        if (event.name === 'HealthCheck' && event.status === 'InProgress' && release !== undefined)
          verdict.begin(release)
      },
    }
  }

  private revisionUpload(): Promise<RevisionUpload> {
    const { plan, group, place, manifests, commit, history } = this.parts
    this.upload ??= (this.contents ?? readContents(this.parts.bundle)).then(
      (contents) =>
        new RevisionUpload(
          contents,
          group.blueGreen === undefined ? plan : releasePlan(plan, group.blueGreen, place.deploymentId),
          {
            deploymentId: place.deploymentId,
            applicationName: group.applicationName,
            groupName: group.groupName,
            groupId: history.groupId,
            events: this.events,
            ignoreApplicationStopFailures: group.ignoreApplicationStopFailures,
            keep: group.keepRevisions,
            ...defined({ commit, blueGreen: group.blueGreen }),
            verdictWithin: verdictWithin(group.healthChecks),
          },
          manifests,
          this.parts.ctx.clock,
        ),
    )
    return this.upload
  }

  private async changed(fleet: Fleet): Promise<void> {
    const byId = new Map(fleet.hosts.map((host) => [host.id, host.status]))
    await this.keepPlace(this.hostIds.map((id) => byId.get(id) ?? 'Pending'))
    const done = fleet.hosts.filter(({ status }) => status === 'Succeeded' || status === 'Failed').length
    await this.parts.ctx.progress({
      percentComplete: Math.floor((100 * done) / fleet.hosts.length),
      summary: summarize(fleet),
      externalExecutionId: this.parts.place.deploymentId,
    })
  }

  private async keepPlace(hosts: readonly FleetHost['status'][]): Promise<void> {
    await this.parts.ctx.checkpoint(writePlace({ ...this.parts.place, hosts }, this.hostIds))
  }

  private conclude(run: FleetRun): Pick<DeploymentOutcome, 'succeeded' | 'summary' | 'message'> {
    const causes = causesOf(this.results, this.parts.group.hosts)
    const lines = causes.slice(0, CAUSES).map((cause) => causeLine(cause))
    if (causes.length > CAUSES) lines.push(`and ${causes.length - CAUSES} other causes`)
    // Of a deployment that failed the message says it.
    if (run.succeeded) for (const line of lines) this.parts.ctx.log.line(`Failed: ${line}`)
    const summary = [summarize(run.fleet), ...lines].join('; failed: ').slice(0, SUMMARY)
    const message = [run.message ?? summarize(run.fleet), ...lines].join('\n')
    return { succeeded: run.succeeded, summary, message }
  }
}

/** The event that failed said why. */
function toldByEvent({ events }: HostResult): boolean {
  return events.some(({ status, diagnostics }) => status === 'Failed' && diagnostics !== undefined)
}

function oneWord(name: string): string {
  return encodeURIComponent(name)
}

/** `12 files to /srv/app and /etc/app`. */
function whatIsInstalled({ appSpec, copies }: RevisionPlan): string {
  const places = [...new Set(appSpec.files.map(({ destination }) => destination))]
  if (places.length === 0) return 'the AppSpec file names no files'
  const more = places.length > 3 ? ` and ${places.length - 3} other places` : ''
  const count = copies.copies.length
  return `${count} ${count === 1 ? 'file' : 'files'} to ${places.slice(0, 3).join(', ')}${more}`
}

function summarize(fleet: Fleet): string {
  const succeeded = fleet.hosts.filter(({ status }) => status === 'Succeeded').length
  return `${succeeded} of ${fleet.hosts.length} hosts succeeded`
}
