import { lookAtNativeModule } from '../../store/native-module.js'
import type { Finding } from './finding.js'

const name = 'native modules'

/** Whether what was compiled for a Node.js can be loaded by this one: after an upgrade of Node.js it cannot. */
export function lookAtNative(): Finding {
  const problem = lookAtNativeModule()
  if (problem === undefined) return { name, state: 'ok', found: `better-sqlite3 fits Node.js ${process.version}` }
  return { name, state: 'bad', ...problem }
}
