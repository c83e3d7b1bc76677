/** AWS's own files for credentials, as every AWS client reads them: `~/.aws/credentials` and `~/.aws/config`. */
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { suggestion } from '../../host/nearest.js'
import { CommandFailed } from '../output.js'

/** What a profile says; each may be absent. */
export interface Profile {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly region?: string
  readonly endpoint?: string
}

type Sections = Map<string, Map<string, string>>

/** Errors: CommandFailed when a profile that was asked for by name is in neither file. */
export function readProfile(name: string | undefined, env: NodeJS.ProcessEnv = process.env): Profile {
  const wanted = name ?? 'default'
  const credentials = read(env.AWS_SHARED_CREDENTIALS_FILE ?? join(homedir(), '.aws', 'credentials'))
  const config = read(env.AWS_CONFIG_FILE ?? join(homedir(), '.aws', 'config'))
  const found = [config.get(`profile ${wanted}`) ?? config.get(wanted), credentials.get(wanted)]
  if (name !== undefined && found.every((section) => section === undefined)) {
    const known = [...config.keys(), ...credentials.keys()].map((key) => key.replace(/^profile /, ''))
    throw new CommandFailed(`there is no profile '${name}' in AWS's files${suggestion(name, [...new Set(known)])}`)
  }
  const values = new Map(found.flatMap((section) => [...(section ?? [])]))
  const pick = (key: string, as: keyof Profile) => (values.get(key) ? { [as]: values.get(key) } : {})
  return {
    ...pick('aws_access_key_id', 'accessKeyId'),
    ...pick('aws_secret_access_key', 'secretAccessKey'),
    ...pick('aws_session_token', 'sessionToken'),
    ...pick('region', 'region'),
    ...pick('endpoint_url', 'endpoint'),
  }
}

/** Sections of `key = value` lines; what is indented belongs to a key of its own and is passed over. */
function read(file: string): Sections {
  const sections: Sections = new Map()
  let current = new Map<string, string>()
  for (const line of textOf(file).split(/\r?\n/)) {
    const header = /^\[\s*(.+?)\s*\]/.exec(line)?.[1]
    const [, key, value] = /^([\w]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (header !== undefined) {
      current = new Map()
      sections.set(header.replace(/\s+/g, ' '), current)
    } else if (key !== undefined && value !== undefined) current.set(key, value)
  }
  return sections
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // not there, or not for this user: then it names no profile
  }
}
