import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Config } from '../../app/config.js'
import type { Finding } from './finding.js'

const run = promisify(execFile)

interface Tool {
  readonly name: string
  readonly args: readonly string[]
  /** What is kept from working, or made worse. */
  readonly use: string
  readonly remedy: string
  /** Only looked for where this is used: a plugin's name, or what the configuration says. */
  readonly wanted: (config: Config) => boolean
}

const unlessOff =
  (...plugins: string[]) =>
  ({ plugins: configured }: Config) =>
    plugins.some((name) => configured[name] !== false)
const apt = (name: string) => `apt-get install ${name}`

const tools: readonly Tool[] = [
  {
    name: 'git',
    args: ['--version'],
    use: 'git sources clone with less memory and time',
    remedy: apt('git'),
    wanted: unlessOff('github-source', 'codecommit-source'),
  },
  {
    name: 'ssh',
    args: ['-V'],
    use: 'to try connections of codedeploy-ssh by hand',
    remedy: apt('openssh-client'),
    wanted: unlessOff('codedeploy-ssh'),
  },
  {
    name: 'ruby',
    args: ['--version'],
    use: 'rake-build runs it',
    remedy: apt('ruby'),
    wanted: unlessOff('rake-build'),
  },
  {
    name: 'rake',
    args: ['--version'],
    use: 'rake-build runs it',
    remedy: apt('rake'),
    wanted: unlessOff('rake-build'),
  },
  {
    name: 'docker',
    args: ['--version'],
    use: 'docker-build runs it (or podman)',
    remedy: apt('docker.io'),
    wanted: ({ plugins }) => isSet(plugins['docker-build']),
  },
  {
    name: 'terraform',
    args: ['version'],
    use: 'terraform-apply runs it (or tofu)',
    remedy: 'see developer.hashicorp.com/terraform/install',
    wanted: ({ plugins }) => isSet(plugins['terraform-apply']),
  },
  {
    name: 'pg_dump',
    args: ['--version'],
    use: 'penstock backup runs it, for the database is PostgreSQL',
    remedy: apt('postgresql-client'),
    wanted: ({ database }) => database.url !== undefined,
  },
]

/** Tools that few need are looked for once somebody configures their plugin. */
function isSet(section: unknown): boolean {
  return section !== undefined && section !== false
}

/** What plugins that are on run on this machine. */
export function lookAtTools(config: Config): Promise<Finding[]> {
  return Promise.all(tools.filter(({ wanted }) => wanted(config)).map(lookAtTool))
}

async function lookAtTool({ name, args, use, remedy }: Tool): Promise<Finding> {
  try {
    const { stdout, stderr } = await run(name, [...args], { timeout: 10_000 })
    return { name, state: 'ok', found: (stdout || stderr).trim().split('\n')[0] ?? '' }
  } catch {
    return { name, state: 'warn', found: 'not found', remedy: `${use}: ${remedy}` }
  }
}
