/** Logs as this server has them: in files of its own, or, on a database that servers share, for all of them. */
import type { Signal } from '../../domain/signal.js'
import type { Engine } from '../../engine/engine.js'
import type { LogService } from '../../host/services.js'
import { sharedLogStore } from '../../store/shared-log-store.js'
import { ActionLogs } from '../../worker/log-service.js'
import type { Worker } from '../../worker/worker.js'
import { type ReceivedLogs, RemoteLogs } from '../remote-logs.js'
import type { ServerGiven } from '../server-given.js'
import { workerId } from '../worker-id.js'
import { LogArchive } from './archive.js'
import { MaskKeeper } from './masks.js'
import { PublishedLogs } from './published.js'
import { DatabaseLogs } from './received.js'
import { SharedLogs } from './service.js'

/** SQLite is one server's; a server cannot know whether others are on its PostgreSQL. */
function isShared({ database }: ServerGiven): boolean {
  return database.dialect === 'postgres'
}

function around({ database, clock, artifacts, identity }: ServerGiven, { store: { read } }: Engine) {
  const store = sharedLogStore(database)
  const archive = new LogArchive({ store, clock, artifacts, bucket: identity.bucket })
  const signal = (signal: Signal) => database.signal(signal)
  return { store, archive, clock, reads: read, signal }
}

/** Those of this process's own worker. */
export function createLogs(given: ServerGiven, engine: Engine): ActionLogs {
  const { config, database, log } = given
  const dataFolder = config.dataDir
  if (!isShared(given)) return new ActionLogs(dataFolder)
  const { onSignal } = database
  return new PublishedLogs({ ...around(given, engine), dataFolder, writer: workerId(dataFolder), log, onSignal })
}

/** Those that pages read. */
export function createLogService(given: ServerGiven, engine: Engine, own: ActionLogs): LogService {
  if (!(own instanceof PublishedLogs)) return own
  return new SharedLogs({ ...around(given, engine), own, onSignal: given.database.onSignal })
}

/** Those of workers on other machines. */
export function createReceivedLogs(given: ServerGiven, engine: Engine, own: ActionLogs, worker: Worker): ReceivedLogs {
  if (isShared(given))
    return new DatabaseLogs({ ...around(given, engine), masks: new MaskKeeper(given.masterKey), own })
  return new RemoteLogs({
    dataFolder: given.config.dataDir,
    clock: given.clock,
    logs: own,
    reads: engine.store.read,
    isHere: (id) => worker.running.some(({ data }) => data.actionExecutionId === id),
  })
}
