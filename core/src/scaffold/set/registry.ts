/** What the registry tells of plugins: versions, what they are for, how well they are kept. */
import satisfies from 'semver/functions/satisfies'
import maxSatisfying from 'semver/ranges/max-satisfying'
import { API_VERSION } from '../../host/plugin.js'
import { npm } from './npm.js'

/** A package as the registry shows its newest version. */
export interface Published {
  readonly name: string
  readonly versions: readonly string[]
  readonly latest: string
  readonly description: string
  /** Of the newest version: whether this Penstock can load it; `undefined` when it is no plugin. */
  readonly fits?: boolean
  /** The range of the plugin API that it is written for. */
  readonly apiVersion?: string
  /** ISO 8601; of the newest version. */
  readonly published?: string
  readonly deprecated?: string
  /** Built where anybody can look it up, says the registry. */
  readonly provenance: boolean
  /** It runs a script when it is installed, which Penstock does not let it. */
  readonly hasInstallScript: boolean
}

interface Viewed {
  readonly name: string
  readonly version: string
  readonly versions?: string | readonly string[]
  readonly description?: string
  readonly penstock?: { readonly apiVersion?: string }
  readonly time?: Readonly<Record<string, string>>
  readonly deprecated?: string
  readonly dist?: { readonly attestations?: unknown }
  readonly scripts?: Readonly<Record<string, string>>
  readonly hasInstallScript?: boolean
}

/** Errors: NpmFailed when the registry does not know the package. */
export async function lookUp(folder: string, name: string): Promise<Published> {
  const said = JSON.parse(await npm(folder, ['view', name, '--json'])) as Viewed | readonly Viewed[]
  const view = ('version' in said ? said : said[0]) as Viewed
  const { version, versions = version, description = '', time, deprecated, dist, penstock, scripts = {} } = view
  const apiVersion = penstock?.apiVersion
  return {
    name,
    versions: typeof versions === 'string' ? [versions] : versions,
    latest: version,
    description,
    provenance: dist?.attestations !== undefined,
    hasInstallScript:
      view.hasInstallScript === true || ['preinstall', 'install', 'postinstall'].some((script) => script in scripts),
    ...(apiVersion === undefined ? {} : { apiVersion, fits: satisfies(API_VERSION, apiVersion) }),
    ...(time?.[version] === undefined ? {} : { published: time[version] }),
    ...(deprecated === undefined ? {} : { deprecated }),
  }
}

/** The newest version that a range takes; the newest of all without one. */
export function newestIn({ versions, latest }: Published, range: string | undefined): string | undefined {
  return range === undefined ? latest : (maxSatisfying([...versions], range) ?? undefined)
}

/** Packages with the keyword `penstock-plugin` that the words are about, best first. Errors: NpmFailed. */
export async function searchRegistry(
  folder: string,
  words: readonly string[],
  limit: number,
): Promise<readonly string[]> {
  const args = ['search', 'keywords:penstock-plugin', ...words, '--json', `--searchlimit=${limit}`]
  const found = JSON.parse((await npm(folder, args)) || '[]') as readonly { readonly name: string }[]
  return found.map(({ name }) => name)
}

/** Looks several up, a few at a time; what the registry does not know is left out. */
export async function lookUpAll(folder: string, names: readonly string[]): Promise<readonly Published[]> {
  const found: (Published | undefined)[] = []
  const waiting = names.map((name, at) => ({ name, at }))
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      found[next.at] = await lookUp(folder, next.name).catch(() => undefined)
  }
  await Promise.all([work(), work(), work()])
  return found.filter((one) => one !== undefined)
}
