/** What a log that comes piece by piece to several servers must not show: kept sealed beside it. */
import type { MasterKey } from '../../http/master-key.js'
import { Masker, type MaskPlace, MaskStream } from '../../worker/mask.js'

interface Kept {
  readonly secrets: readonly string[]
  /** Base64. */
  readonly held: string
  readonly covered: number
}

const nothing: Kept = { secrets: [], held: '', covered: 0 }

export class MaskKeeper {
  constructor(private readonly key: Pick<MasterKey, 'seal' | 'unseal'>) {}

  /** What can be shown of a log that goes on with `bytes`, and what is to be kept for the next piece. */
  through(
    id: string,
    sealed: string | undefined,
    secrets: readonly string[],
    bytes: Buffer,
  ): { readonly out: Buffer; readonly sealed: string | undefined } {
    const kept = this.#open(id, sealed)
    const all = union(kept.secrets, secrets)
    const stream = new MaskStream(maskerOf(all), placeOf(kept))
    const out = Buffer.concat(stream.push(bytes))
    return { out, sealed: this.#seal(id, { secrets: all, ...written(stream.place) }) }
  }

  /** The same log with more to be masked from now on. */
  with(id: string, sealed: string | undefined, secrets: readonly string[]): string | undefined {
    const kept = this.#open(id, sealed)
    return this.#seal(id, { ...kept, secrets: union(kept.secrets, secrets) })
  }

  /** What was held back, at the end. */
  rest(id: string, sealed: string | undefined): Buffer {
    const kept = this.#open(id, sealed)
    return Buffer.concat(new MaskStream(maskerOf(kept.secrets), placeOf(kept)).end())
  }

  #open(id: string, sealed: string | undefined): Kept {
    return sealed === undefined ? nothing : (JSON.parse(this.key.unseal(sealed, about(id))) as Kept)
  }

  #seal(id: string, kept: Kept): string | undefined {
    return kept.secrets.length === 0 ? undefined : this.key.seal(JSON.stringify(kept), about(id))
  }
}

const about = (id: string) => `log ${id}`
const union = (some: readonly string[], more: readonly string[]) => [...new Set([...some, ...more])]
const placeOf = ({ held, covered }: Kept): MaskPlace => ({ held: Buffer.from(held, 'base64'), covered })
const written = ({ held, covered }: MaskPlace) => ({ held: held.toString('base64'), covered })

function maskerOf(secrets: readonly string[]): Masker {
  const masker = new Masker()
  for (const secret of secrets) masker.add(secret)
  return masker
}
