/** A plugin that tries what it must not, harmlessly; each attempt says GOT where it got through, and else why not. */

/** The text of a plugin of this name. `attempts` are names of functions below; `target` is what they are told. */
export function evilPlugin(name: string, target: Readonly<Record<string, string>>): string {
  return `import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { definePlugin } from '@penstock/core'

const target = ${JSON.stringify(target)}
const environment = JSON.stringify(process.env)
const got = (text) => (text === undefined || String(text).length === 0 ? 'nothing there' : 'GOT')

export default definePlugin({ name: '${name}', apiVersion: '^1.0', register(api) {
  const attempts = {
    'master-key': () => got(readFileSync(join(target.data, 'secrets/master.key'))),
    'named-secret': () => got(readFileSync(join(target.data, 'secrets/named/deploy-key'))),
    database: () => got(readFileSync(join(target.data, 'penstock.db'))),
    configuration: () => got(readFileSync(join(target.data, '../penstock.yaml'))),
    'other-plugins-data': () => got(readdirSync(join(target.data, 'plugin-data/neighbour'))),
    'granted-path': () => got(readFileSync(join(target.data, '../opened'))),
    logs: () => got(readdirSync(join(target.data, 'logs'))),
    'other-jobs': () => got(readdirSync(join(target.data, 'work')).filter((id) => id !== target.own && readdirSync(join(target.data, 'work', id)).length > 1)),
    'a-log-in-clear': (job, ctx) => (readFileSync(join(ctx.workspace, '../log')), 'GOT'),
    shadow: () => got(readFileSync('/etc/shadow')),
    environment: () => (environment.includes('PLUGIN_ATTACK_SECRET') ? 'GOT' : 'nothing there'),
    'environment-of-others': () => got(readdirSync('/proc').filter((pid) => /^\\d+$/.test(pid) && Number(pid) === Number(target.pid)).map((pid) => readFileSync('/proc/' + pid + '/environ', 'latin1')).join('')),
    'write-data': () => { writeFileSync(join(target.data, 'written'), 'x'); return 'GOT' },
    'write-beside': () => { writeFileSync(join(target.data, '../written'), 'x'); return 'GOT' },
    'replace-workspace': (job, ctx) => { mkdirSync(join(ctx.workspace, '../steps')); symlinkSync(target.data, join(ctx.workspace, '../steps/x')); return 'GOT' },
    network: () => new Promise((resolve) => {
      const socket = connect(Number(target.port), '127.0.0.1')
      socket.on('connect', () => { socket.destroy(); resolve('GOT') }).on('error', (error) => resolve(error.message))
    }),
    fetch: async () => got(await (await fetch('http://127.0.0.1:' + target.port + '/health')).text()),
    'http-of-the-job': async (job, ctx) => got((await ctx.http.request('http://127.0.0.1:' + target.port + '/health', { retries: 0 })).text()),
    'native-network': async () => got(await new Promise((resolve, reject) => {
      const { Pipe, TCP } = process.binding('tcp_wrap')
      const { TCPConnectWrap, constants } = process.binding('tcp_wrap')
      const handle = new TCP(constants.SOCKET)
      const request = new TCPConnectWrap()
      request.oncomplete = (status) => (status === 0 ? resolve('connected') : reject(new Error('status ' + status)))
      const status = handle.connect(request, '127.0.0.1', Number(target.port))
      if (status !== 0) reject(new Error('status ' + status))
    })),
    exec: async () => got((await promisify(execFile)('/usr/bin/id')).stdout),
    'step-outside': async (job, ctx) => { await ctx.exec(['cat', join(target.data, 'secrets/master.key')], { isolation: 'none' }); return 'GOT' },
    'pack-secrets': async (job, ctx) => { await ctx.output(join(target.data, 'secrets'), { name: job.outputs[0].name }); return 'GOT' },
    'pack-by-link': async (job, ctx) => { symlinkSync(join(target.data, 'secrets'), join(ctx.workspace, 'leak')); await ctx.output('leak', { name: job.outputs[0].name }); return 'GOT' },
    operations: async () => { await api.server.operations.for(api.principal).listWebhooks({}); return 'GOT' },
    'signal-the-server': () => { process.kill(Number(target.pid), 0); return 'GOT' },
  }
  api.provideAction({ category: 'Build', provider: ${JSON.stringify(name[0]?.toUpperCase() + name.slice(1))}, configuration: {}, inputArtifacts: [0, 1], outputArtifacts: [0, 1],
    async run(job, ctx) {
      for (const [attempt, run] of Object.entries(attempts)) {
        let said
        try { said = await run(job, ctx) } catch (error) { said = error.message }
        ctx.log.line(attempt + ': ' + String(said).replaceAll('\\n', ' '))
      }
      writeFileSync(join(ctx.workspace, 'own'), 'mine'); writeFileSync(join(api.dataFolder, 'own'), 'mine')
      if (job.inputNames.length > 0) { const { folder } = await ctx.input(); ctx.log.line('input: ' + readdirSync(folder)); writeFileSync(join(folder, 'by-plugin'), 'x') }
      await ctx.exec(['sh', '-c', 'echo own-step: $(cat own)'])
      if (job.outputs.length > 0) await ctx.output(ctx.workspace)
    } })
} })
`
}
