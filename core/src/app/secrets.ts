import { ProviderRegistry } from '../host/registry.js'
import type { Config } from './config.js'
import { secretFolder, secretLookup } from './secret-folder.js'
import { inject, injectable, tokens } from './services.js'

/** `{{secret:NAME}}`: plugins' stores first, then the data folder's. */
@injectable()
export class Secrets {
  readonly lookup: (name: string) => Promise<string | undefined>

  constructor(
    @inject(tokens.config) { dataDir, installation = dataDir }: Pick<Config, 'dataDir' | 'installation'>,
    @inject(ProviderRegistry) registry: ProviderRegistry,
  ) {
    const folder = secretFolder(installation)
    this.lookup = secretLookup(() => [...registry.secretStores(), folder])
  }
}
