/** What has to be there before plugins come: folder, database, keys, artifact store; then the parts of the server. */
import { join } from 'node:path'
import { FolderArtifactStore } from '../artifacts/folder-store.js'
import { S3ArtifactStore } from '../artifacts/s3-store.js'
import type { Clock } from '../domain/clock.js'
import { discoverPlugins } from '../host/discover.js'
import type { Logger } from '../host/plugin.js'
import { MetaStore } from '../store/meta-store.js'
import { ChosenArtifactStore, readEncryptionKey } from './artifacts.js'
import type { Config } from './config.js'
import { ConfigError, readConfigFile } from './config-file.js'
import { openDataFolder } from './data-folder.js'
import { lockFolder } from './folder-lock.js'
import { bucketName, Identity } from './identity.js'
import { makeServer, type Server } from './make-server.js'
import { openMasterKey } from './master-key.js'
import { openDatabase } from './open-database.js'
import { pluginProblems } from './plugin-problems.js'
import type { Replace } from './services.js'
import type { StopStack } from './stop-stack.js'

/** A server on its way up. */
export interface Starting {
  /** Folders of bundled plugins, instead of all that come with Penstock. */
  readonly bundled?: readonly string[] | undefined
  readonly config: Config
  readonly clock: Clock
  readonly log: Logger
  readonly pluginLog: (plugin: string) => Logger
  readonly stack: StopStack
}

/** Everything that has to be there before plugins come. */
export async function assemble({ bundled, config, clock, log, pluginLog, stack }: Starting, replace?: Replace) {
  openDataFolder(config.dataDir)
  stack.push('data folder', lockFolder(config.dataDir))
  const database = await openDatabase(config, log)
  stack.push('database', () => database.close())
  const meta = new MetaStore(database)
  const identity = new Identity(config, await bucketName(config, meta))
  const masterKey = await openMasterKey(config, database)
  const encryptionKey = readEncryptionKey(config.artifacts.encryptionKeyFile)
  const folder = new FolderArtifactStore(join(config.dataDir, 'artifacts'), {
    clock,
    ...(encryptionKey ? { encryptionKey } : {}),
  })
  await folder.open()
  const artifacts = new ChosenArtifactStore(folder)
  const discover = (configured: Config['plugins']) =>
    discoverPlugins({
      configured,
      baseFolder: config.baseFolder,
      pluginsFolder: join(config.installation ?? config.dataDir, 'plugins'),
      ...(bundled ? { bundled } : {}),
    })
  const references = await discover(config.plugins)
  // For a reload: the section of one plugin may have changed; the rest of the file is for the next start.
  const rediscover = async () => (config.file === undefined ? references : discover(pluginsOf(config.file)))
  const given = { config, clock, log, pluginLog, database, identity, masterKey, artifacts, references, rediscover }
  const parts = makeServer(given, replace)
  return { parts, identity, artifacts }
}

/** Errors: ConfigError. */
function pluginsOf(file: string): Config['plugins'] {
  return (readConfigFile(file).data.plugins ?? {}) as Config['plugins']
}

/** A store that penstock.yaml names must be there: without it every action would fail. Errors: ConfigError. */
export function chooseArtifacts(config: Config, chosen: ChosenArtifactStore, parts: Server): void {
  const { store, s3 } = config.artifacts
  if (store === 'folder') return
  const provided = parts.registry.artifactStore(store)
  if (provided) chosen.choose(provided)
  else if (store === 's3') chosen.choose(new S3ArtifactStore({ region: config.server.region, ...s3 }))
  else {
    const why = pluginProblems(parts.host)
    const because = why.length > 0 ? ` (${why.join('; ')})` : ''
    throw new ConfigError([
      `artifacts.store is '${store}', which no plugin provides${because}: use folder, s3, or a plugin's`,
    ])
  }
}
