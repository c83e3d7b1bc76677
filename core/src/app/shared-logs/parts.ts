/** Logs as this server has them: in files of its own, or, on a database that servers share, for all of them. */
import type { InjectionToken } from 'tsyringe'
import type { LogService } from '../../host/services.js'
import { sharedLogStore } from '../../store/shared-log-store.js'
import { ActionLogs } from '../../worker/log-service.js'
import { type ReceivedLogs, RemoteLogs } from '../remote-logs.js'
import { tokens } from '../tokens.js'
import { workerId } from '../worker-id.js'
import { LogArchive } from './archive.js'
import { MaskKeeper } from './masks.js'
import { PublishedLogs } from './published.js'
import { DatabaseLogs } from './received.js'
import { SharedLogs } from './service.js'

type Get = <T>(token: InjectionToken<T>) => T

/** SQLite is one server's; a server cannot know whether others are on its PostgreSQL. */
function isShared(get: Get): boolean {
  return get(tokens.database).dialect === 'postgres'
}

function around(get: Get) {
  const database = get(tokens.database)
  const clock = get(tokens.clock)
  const store = sharedLogStore(database)
  const archive = new LogArchive({
    store,
    clock,
    artifacts: get(tokens.artifacts),
    bucket: get(tokens.identity).bucket,
  })
  const signal = (topic: string) => database.signal(topic)
  return { store, archive, clock, reads: get(tokens.engine).store.read, signal }
}

/** Those of this process's own worker. */
export function createLogs(get: Get): ActionLogs {
  const { dataDir: dataFolder } = get(tokens.config)
  if (!isShared(get)) return new ActionLogs(dataFolder)
  const { onSignal } = get(tokens.database)
  return new PublishedLogs({ ...around(get), dataFolder, writer: workerId(dataFolder), log: get(tokens.log), onSignal })
}

/** Those that pages read. */
export function createLogService(get: Get): LogService {
  const own = get(tokens.logs)
  if (!(own instanceof PublishedLogs)) return own
  return new SharedLogs({ ...around(get), own, onSignal: get(tokens.database).onSignal })
}

/** Those of workers on other machines. */
export function createReceivedLogs(get: Get): ReceivedLogs {
  if (isShared(get)) {
    return new DatabaseLogs({ ...around(get), masks: new MaskKeeper(get(tokens.masterKey)), own: get(tokens.logs) })
  }
  return new RemoteLogs({
    dataFolder: get(tokens.config).dataDir,
    clock: get(tokens.clock),
    logs: get(tokens.logs),
    reads: get(tokens.engine).store.read,
    isHere: (id) => get(tokens.worker).running.some(({ data }) => data.actionExecutionId === id),
  })
}
