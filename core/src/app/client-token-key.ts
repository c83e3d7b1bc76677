import type { MasterKey } from '../http/master-key.js'

/** What partners' client tokens are made from (J13): they stay the same as long as the master key does. */
export function clientTokenKey(key: Pick<MasterKey, 'sign'>): string {
  return key.sign('client token', 'third party').toString('hex')
}
