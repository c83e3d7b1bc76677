/** A browser's session without a browser. */
import { createHmac } from 'node:crypto'
import type { Principal } from '@penstock/core'
import type { World } from './world.js'

export interface Page {
  get(path: string): Promise<string>
  /** Sends a form with its right token; answers the page that the reader sees then. */
  post(path: string, fields: Readonly<Record<string, string>>): Promise<string>
}

/** What a form of this session carries. */
export function tokenOf(session: string): string {
  return createHmac('sha256', session).update('penstock form').digest('base64url')
}

/** A session of a user who has these rights, and is made if need be. */
export async function sessionOf({ server, admin }: World, { name, arn, policies }: Principal): Promise<string> {
  const { access, operations } = server.services
  const password = 'correct horse battery'
  const texts = policies.map((one) =>
    typeof one === 'string' ? one : JSON.stringify({ Version: '2012-10-17', ...one }),
  )
  if (name !== admin.name) await operations.createUser(admin, { userName: name, password, policies: texts })
  return access.openSession({ name, arn, policies })
}

export async function pageOf(world: World, by: Principal): Promise<Page> {
  const { server } = world
  const session = await sessionOf(world, by)
  const _csrf = tokenOf(session)
  const cookie = `penstock_session=${session}`
  const get = async (path: string, more = '') =>
    (await fetch(`${server.address}${path}`, { headers: { cookie: cookie + more } })).text()
  return {
    get,
    async post(path, fields) {
      const body = new URLSearchParams({ ...fields, _csrf })
      const answer = await fetch(`${server.address}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie },
        body,
      })
      const next = answer.headers.get('location')
      if (next === null) return answer.text()
      const notice = answer.headers.getSetCookie().map((set) => set.split(';')[0])
      return get(next, `; ${notice.join('; ')}`)
    },
  }
}
