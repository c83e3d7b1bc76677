/** Real reverse proxies with TLS before several servers, as careless as people set them up. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort, startTethered, type Tethered } from '@penstock/core/testkit'

export interface ReverseProxy {
  /** `https://localhost:...` */
  readonly endpoint: string
  /** The certificate of the authority, in PEM. */
  readonly ca: string
  stop(): Promise<void>
}

/** An authority of its own, and a certificate of it for localhost. */
function certificates(folder: string): { ca: string; both: string } {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...made, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority', '-days', '2')
  openssl('req', ...made, '-keyout', 'site.key', '-out', 'site.csr', '-subj', '/CN=localhost')
  writeFileSync(join(folder, 'ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const sign = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext']
  openssl('x509', '-req', '-in', 'site.csr', ...sign, '-out', 'site.pem')
  const both = join(folder, 'both.pem')
  writeFileSync(both, ['site.pem', 'site.key'].map((name) => readFileSync(join(folder, name), 'utf8')).join(''))
  return { ca: join(folder, 'ca.pem'), both }
}

/**
 * nginx as Debian has it: buffers requests and answers, gives up on a call after three seconds, closes connections, and
 * takes the servers in turns.
 */
export async function startNginx(folder: string, servers: readonly number[]): Promise<ReverseProxy> {
  const [port, { ca, both }] = [await freePort(), prepare(folder)]
  const conf = `user root; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  upstream penstock { ${servers.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join(' ')} }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${both}; ssl_certificate_key ${both};
    keepalive_requests 7;
    client_max_body_size 0;
    location / { proxy_pass http://penstock; proxy_set_header Host $http_host; proxy_read_timeout 3s; }
  }
}
`
  writeFileSync(join(folder, 'nginx.conf'), conf)
  const server = startTethered(
    ['nginx', '-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
    {
      log: join(folder, 'said'),
      signal: 'QUIT',
    },
  )
  return listening(server, port, ca, join(folder, 'said'))
}

/** HAProxy: closes after every answer, gives up on a call after four seconds, takes the servers in turns. */
export async function startHaproxy(folder: string, servers: readonly number[]): Promise<ReverseProxy> {
  const [port, { ca, both }] = [await freePort(), prepare(folder)]
  const conf = `defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 4s
  option httpclose
  retries 2
  option redispatch
frontend all
  bind 127.0.0.1:${port} ssl crt ${both}
  default_backend penstock
backend penstock
  balance roundrobin
  ${servers.map((each, i) => `server s${i} 127.0.0.1:${each} check inter 500`).join('\n  ')}
`
  writeFileSync(join(folder, 'haproxy.cfg'), conf)
  const server = startTethered(['haproxy', '-db', '-f', join(folder, 'haproxy.cfg')], { log: join(folder, 'said') })
  return listening(server, port, ca, join(folder, 'said'))
}

function prepare(folder: string) {
  mkdirSync(folder, { recursive: true })
  return certificates(folder)
}

async function listening(server: Tethered, port: number, ca: string, said: string): Promise<ReverseProxy> {
  const deadline = Date.now() + 20_000
  while (!(await answers(port))) {
    if (Date.now() > deadline) {
      await server.stop()
      throw new Error(`the proxy did not start: ${readFileSync(said, 'utf8')}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { endpoint: `https://localhost:${port}`, ca, stop: () => server.stop() }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
