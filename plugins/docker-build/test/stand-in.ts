/** A `docker` that records how it was called and answers as Docker's does, where no engine runs. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Call {
  readonly args: readonly string[]
  readonly stdin: string
  readonly config?: string
}

const script = `#!${process.execPath}
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs')
const args = process.argv.slice(2)
const at = (name) => args[args.indexOf(name) + 1]
const stdin = args.includes('--password-stdin') ? readFileSync(0, 'utf8') : ''
const { DOCKER_CONFIG: config } = process.env
appendFileSync(__dirname + '/calls', JSON.stringify({ args, stdin, config }) + '\\n')
const digest = 'sha256:' + 'd'.repeat(64)
const fail = (text) => { console.error(text); process.exit(1) }
if (args[0] === 'login') {
  if (stdin !== 'hunter2-hunter2') fail('Error response from daemon: unauthorized')
  console.log('Login Succeeded')
} else if (args.includes('build')) {
  if (!existsSync(at('--file'))) fail('unable to prepare context: Dockerfile not found')
  const file = readFileSync(at('--file'), 'utf8')
  if (file.includes('SLOW')) { console.log('begun'); setTimeout(() => {}, 60_000) }
  else if (!file.startsWith('FROM')) fail('dockerfile parse error on line 1')
  if (args.includes('--iidfile')) writeFileSync(at('--iidfile'), 'sha256:' + '1'.repeat(64))
  if (args.includes('--metadata-file')) writeFileSync(at('--metadata-file'), JSON.stringify({ 'containerimage.digest': digest }))
} else if (args[0] === 'push') {
  console.log(args[1].split(':').pop() + ': digest: ' + digest + ' size: 527')
} else if (args[0] === 'image' && args[1] === 'inspect') {
  const image = args.at(-1).replace(/:[^:/]*$/, '')
  process.stdout.write(JSON.stringify(['mirror.example.com/x@sha256:' + '0'.repeat(64), image + '@' + digest]) + '\\n')
} else fail('docker: unknown command: docker ' + args.join(' '))
`

/** Puts it into a folder for the PATH. */
export function installStandIn(folder: string): { calls(): Call[] } {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'docker'), script, { mode: 0o755 })
  return {
    calls: () => {
      try {
        const lines = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
        writeFileSync(join(folder, 'calls'), '')
        return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Call)
      } catch {
        return []
      }
    },
  }
}
