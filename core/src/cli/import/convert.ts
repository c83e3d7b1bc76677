/** A pipeline of AWS's as one that runs here. */
import type { ArtifactStoreDeclaration, PipelineDeclaration, StageDeclaration } from '../../domain/pipeline.js'
import { isTable, type Table, tablesOf } from './found.js'
import { type KnownTypes, mapAction } from './map-action.js'
import { type KnownRules, mapConditions } from './map-rule.js'
import type { Report } from './report.js'

/** The CodeBuild projects that are imported along with the pipeline are known by name. */
type Known = KnownTypes & KnownRules & { readonly projects: ReadonlySet<string> }

/** Keeps the structure; every difference is in the report. */
export function convert(
  given: Table,
  region: string,
  known: KnownTypes & KnownRules,
  projects: ReadonlySet<string>,
  report: Report,
): PipelineDeclaration {
  checkActions(given)
  warnOfReferences(given, '', report)
  const { artifactStores, stages, ...rest } = given as unknown as PipelineDeclaration
  const within: Known = {
    describe: (id) => known.describe(id),
    describeRule: (id) => known.describeRule(id),
    ...(known.instead && { instead: (id) => known.instead?.(id) }),
    projects,
  }
  return {
    ...rest,
    ...oneStore(rest.artifactStore, artifactStores, region, report),
    stages: stages.map((stage, i) => convertStage(stage, `stages[${i}]`, within, report)),
  }
}

/** Errors: TypeError naming the action that says nothing of its type. */
function checkActions(given: Table): void {
  tablesOf(given.stages).forEach((stage, i) => {
    tablesOf(stage.actions).forEach((action, j) => {
      if (!isTable(action.actionTypeId)) throw new TypeError(`has no action type at stages[${i}].actions[${j}]`)
    })
  })
}

/** What only CloudFormation looks up, anywhere but in a configuration, which map-action.ts sees to. */
function warnOfReferences(value: unknown, path: string, report: Report): void {
  if (typeof value === 'string' && value.includes('{{resolve:'))
    report.add('todo', path, `put the value of ${value} itself: only AWS looks it up`)
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (name === 'configuration') continue
    const at = Array.isArray(value) ? `${path}[${name}]` : `${path}${path === '' ? '' : '.'}${name}`
    warnOfReferences(member, at, report)
  }
}

/** Regions are AWS's: here one store serves every action. */
function oneStore(
  one: ArtifactStoreDeclaration | undefined,
  stores: PipelineDeclaration['artifactStores'],
  region: string,
  report: Report,
): Pick<PipelineDeclaration, 'artifactStore'> {
  const chosen = one ?? stores?.[region] ?? Object.values(stores ?? {})[0]
  if (!one && stores && Object.keys(stores).length > 0) {
    report.add('changed', 'artifactStores', `there is one store for all actions now: ${chosen?.location}`)
  }
  if (!chosen) {
    report.add('changed', 'artifactStore', 'had none: artifacts go into the bucket of this server whatever its name')
    return { artifactStore: { type: 'S3', location: `codepipeline-${region}-0000000000` } }
  }
  if (chosen.encryptionKey) {
    report.add(
      'changed',
      'artifactStore.encryptionKey',
      'is only handed on to job workers: artifacts.encryptionKeyFile in penstock.yaml encrypts at rest',
    )
  }
  return { artifactStore: chosen }
}

function convertStage(stage: StageDeclaration, path: string, known: Known, report: Report): StageDeclaration {
  for (const blocker of stage.blockers ?? []) {
    report.add('todo', `${path}.blockers`, `${blocker.name}: close the transition into ${stage.name} instead`)
  }
  const { blockers: _, ...rest } = stage
  return {
    ...mapConditions(rest, path, known, report),
    actions: (stage.actions ?? []).map((action, i) => mapAction(action, `${path}.actions[${i}]`, known, report)),
  }
}
