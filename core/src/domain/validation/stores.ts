import type { PipelineDeclaration } from '../pipeline.js'
import { checkName, namePatterns } from './limits.js'
import type { Problems } from './problem.js'

/** One artifact store, or one for each region in use; and what a store is called (S7, S8). */
export function checkStores(all: Problems, pipeline: PipelineDeclaration): void {
  const { artifactStore, artifactStores } = pipeline
  if (artifactStore && artifactStores) {
    all
      .at('artifactStores')
      .as('InvalidStructureException')
      .add('A pipeline has either artifactStore or artifactStores, not both')
  }
  const stores = [
    ...(artifactStore ? [{ at: all.at('artifactStore'), store: artifactStore }] : []),
    ...Object.entries(artifactStores ?? {}).map(([region, store]) => ({ at: all.at('artifactStores', region), store })),
  ]
  for (const { at, store } of stores) {
    if (!namePatterns.bucket.pattern.test(store.location)) checkName(at.at('location'), 'bucket', store.location)
    if (store.type !== 'S3') at.at('type').add(`'${store.type}' must be S3`)
    if (store.encryptionKey && store.encryptionKey.type !== 'KMS')
      at.at('encryptionKey', 'type').add(`'${store.encryptionKey.type}' must be KMS`)
  }
}

interface Placed {
  readonly at: Problems
  readonly what: string
  readonly region: string
  /** Only what is AWS's own, and no source, can be anywhere else. */
  readonly bound: boolean
}

/** S7: every region in use has a store, the pipeline's own among them; sources and what is not AWS's stay there. */
export function checkRegions(all: Problems, pipeline: PipelineDeclaration, own: string): void {
  const { artifactStores } = pipeline
  if (artifactStores && !Object.hasOwn(artifactStores, own))
    all
      .at('artifactStores')
      .as('InvalidStructureException')
      .add(`has no store for the pipeline's own region, ${own}: there are ${Object.keys(artifactStores).join(', ')}`)
  const stores = artifactStores ? [own, ...Object.keys(artifactStores)] : [own]
  for (const { at, what, region, bound } of placed(all, pipeline)) {
    if (bound && region !== own)
      at.add(`${what} can only be in the pipeline's own region, ${own}, and not in '${region}': leave region out`)
    else if (!stores.includes(region))
      at.add(
        `${what} is in region '${region}', for which the pipeline has no artifact store: give artifactStores one for it and one for ${own}, or leave region out`,
      )
  }
}

function placed(all: Problems, { stages }: PipelineDeclaration): Placed[] {
  return stages.flatMap((stage, s) => [
    ...stage.actions.flatMap(({ name, region, actionTypeId: { category, owner } }, a) => {
      if (region === undefined) return []
      const at = all.at('stages', s, 'actions', a, 'region').as('InvalidActionDeclarationException')
      return [{ at, what: `Action '${name}'`, region, bound: category === 'Source' || owner !== 'AWS' }]
    }),
    ...(['beforeEntry', 'onSuccess', 'onFailure'] as const).flatMap((kind) =>
      (stage[kind]?.conditions ?? []).flatMap(({ rules = [] }, c) =>
        rules.flatMap(({ name, region }, r) => {
          if (region === undefined) return []
          const place = all.at('stages', s, kind, 'conditions', c, 'rules', r, 'region')
          return [{ at: place.as('InvalidStageDeclarationException'), what: `Rule '${name}'`, region, bound: false }]
        }),
      ),
    ),
  ])
}
