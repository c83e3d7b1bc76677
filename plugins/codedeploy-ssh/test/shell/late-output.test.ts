/** Servers that go on talking after they said that nothing more comes, as tinysshd does with standard error. */
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { systemClock } from '@penstock/core'
import ssh2, { type Connection, type Server, type ServerChannel } from 'ssh2'
import { connect } from '../../src/shell/connect.js'
import { Handshakes } from '../../src/shell/handshakes.js'
import { HostKeys } from '../../src/shell/host-keys.js'
import { SshShell } from '../../src/shell/ssh-shell.js'
import type { SshTarget } from '../../src/shell/target.js'

/** What ssh2's own server does not say by itself. */
interface Wire {
  readonly _sock: Socket
  readonly _protocol: {
    channelData(id: number, data: Buffer): void
    channelExtData(id: number, data: Buffer, type: 1): void
    channelEOF(id: number): void
    channelClose(id: number): void
    exitStatus(id: number, code: number): void
  }
}

const LATE = Buffer.from('late\n')

/** All in one piece, so that the other side reads nothing in between. */
function talkTooLate(connection: Connection, channel: ServerChannel, end: (wire: Wire, id: number) => void): void {
  const wire = connection as unknown as Wire
  const { id } = channel.outgoing as { readonly id: number }
  wire._sock.cork()
  wire._protocol.channelData(id, Buffer.from('in time\n'))
  wire._protocol.channelEOF(id)
  wire._protocol.channelExtData(id, LATE, 1)
  wire._protocol.channelData(id, LATE)
  end(wire, id)
  wire._sock.uncork()
}

let server: Server
let target: SshTarget
let knownHosts: string

beforeAll(async () => {
  const key = ssh2.utils.generateKeyPairSync('ed25519')
  server = new ssh2.Server({ hostKeys: [key.private] }, (connection) => {
    connection.on('error', () => undefined)
    connection.on('authentication', (attempt) => attempt.accept())
    connection.on('session', (accept) => {
      accept().on('exec', (acceptCommand) => {
        talkTooLate(connection, acceptCommand(), ({ _protocol }, id) => {
          _protocol.exitStatus(id, 7)
          _protocol.channelClose(id)
        })
      })
    })
    connection.on('tcpip', (accept) => talkTooLate(connection, accept(), (wire, id) => wire._protocol.channelClose(id)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  knownHosts = `[127.0.0.1]:${port} ${key.public}`
  target = { host: '127.0.0.1', port, user: 'anybody', password: 'any', jumps: [] }
})
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())))

const options = async () => ({
  hostKeys: await HostKeys.load(knownHosts),
  handshakes: new Handshakes(),
  clock: systemClock,
})

async function withShell(use: (shell: SshShell) => Promise<void>): Promise<void> {
  const shell = await SshShell.open(target, await options())
  await use(shell).finally(() => shell.close())
}

test('what comes too late is left out, and the exit counts', () =>
  withShell(async (shell) => {
    const outputs: string[] = []
    const exit = await shell.run('anything', { onOutput: (piece) => outputs.push(`${piece}`) })
    expect(exit).toEqual({ code: 7, stderr: '' })
    expect(outputs).toEqual(['in time\n'])
  }))

test('an upload ends as the command does', () =>
  withShell(async (shell) => {
    expect((await shell.upload([Buffer.alloc(1024)], 'anything')).code).toBe(7)
  }))

test('a download fails as its command does', () =>
  withShell(async (shell) => {
    await expect(shell.download('anything').then(text)).rejects.toThrow('anything ended with 7')
  }))

test('a host on the way that does it is a lost way', async () => {
  const beyond = { ...target, host: 'beyond.example.com', jumps: [target] }
  await expect(connect(beyond, { ...(await options()), attempts: 1 })).rejects.toThrow(/beyond\.example\.com/)
})
