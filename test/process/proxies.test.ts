/** The configurations of config/proxy as they stand there, but for names, ports and certificates, with a real nginx before a real server. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { freePort } from '@penstock/core/testkit'
import { startTethered } from '../../core/src/testkit/tethered.js'
import { cleanUp, penstock, type ServerProcess, serve, temporaryFolder, until } from './world.js'

jest.setTimeout(120_000) // real processes, on machines that are busy

const bucket = 'artifacts-behind-a-proxy'
let cwd: string
let ca: string
let key: { accessKeyId: string; secretAccessKey: string }
const stops: (() => Promise<unknown>)[] = []

beforeAll(() => {
  cwd = temporaryFolder()
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd, stdio: 'ignore' })
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'site.key',
    '-out',
    'site.pem',
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  )
  ca = join(cwd, 'site.pem')
})
afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
  await cleanUp()
})

/** The site's file in the frame that Debian's nginx.conf is. */
async function startNginx(site: string): Promise<void> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${cwd}/${name};`,
  )
  writeFileSync(
    join(cwd, 'nginx.conf'),
    `user root; daemon off; pid ${cwd}/pid; error_log ${cwd}/error.log;
events {}
http { access_log off; ${temporary.join(' ')}
${site} }`,
  )
  const nginx = startTethered(['nginx', '-c', join(cwd, 'nginx.conf'), '-p', cwd, '-e', join(cwd, 'error.log')], {
    log: join(cwd, 'said'),
    signal: 'QUIT',
  })
  stops.push(() => nginx.stop())
}

async function startServer(publicUrl: string): Promise<ServerProcess> {
  writeFileSync(
    join(cwd, 'penstock.yaml'),
    `server: { publicUrl: '${publicUrl}', trustedProxies: [127.0.0.1] }\nartifacts: { bucket: ${bucket} }\nworker: { enabled: false }\n`,
  )
  const server = await serve(cwd)
  const made = await penstock(['access-key', 'create', '--user', 'me', '--data', 'data', '--json'], { cwd })
  key = JSON.parse(made.out)
  return server
}

const get = (url: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; headers: Record<string, unknown>; text: string }>((give, fail) => {
    request(url, { ca: readFileSync(ca), headers }, (response) => {
      let text = ''
      response.on('data', (piece) => {
        text += piece
      })
      response.on('end', () => give({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
      .on('error', fail)
      .end()
  })

const list = (endpoint: string) =>
  penstock(['list', '--endpoint', endpoint, '--ca', ca], {
    cwd,
    env: { AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey },
  })

test('behind config/proxy/nginx.conf, and behind a bare proxy_pass', async () => {
  const [plain, tls, bare] = [await freePort(), await freePort(), await freePort()]
  const url = `https://localhost:${tls}`
  const server = await startServer(url)
  const upstream = server.address
  const site = readFileSync(resolve(__dirname, '../../config/proxy/nginx.conf'), 'utf8')
    .replace(/listen \[::\].*\n/g, '')
    .replaceAll('listen 80;', `listen 127.0.0.1:${plain};`)
    .replaceAll('listen 443 ssl;', `listen 127.0.0.1:${tls} ssl;`)
    .replaceAll('ci.example.com;', 'localhost;')
    .replace(/\/etc\/letsencrypt\/\S+\/fullchain.pem/, ca)
    .replace(/\/etc\/letsencrypt\/\S+\/privkey.pem/, join(cwd, 'site.key'))
    .replace('http://127.0.0.1:8080', upstream)
  const badly = `server { listen 127.0.0.1:${bare} ssl; ssl_certificate ${ca}; ssl_certificate_key ${cwd}/site.key;
    location / { proxy_pass ${upstream}; } }`
  await startNginx(`${site}\n${badly}`)
  await until(() =>
    get(url).then(
      () => true,
      () => false,
    ),
  )

  expect(await get(`${url}/health`)).toMatchObject({ status: 200 })
  expect(await get(`${url}/`)).toMatchObject({
    status: 303,
    headers: { location: expect.stringMatching(/^\/sign-in/) },
  })
  expect((await get(`${url}/metrics`)).status).toBe(403)
  expect((await get(`https://localhost:${bare}/metrics`)).status).toBe(403)

  expect(await list(url)).toMatchObject({ status: 0, out: expect.stringContaining('There is no pipeline yet') })
  // The client signed the public address, and nginx sends the server's own: told apart by publicUrl.
  const call = { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey }
  const wrong = await list(`https://localhost:${bare}`)
  expect(wrong).toMatchObject({
    status: 1,
    err: expect.stringMatching(/by way of a proxy, for the host 127\.0\.0\.1:\d+: .*publicUrl/),
  })

  const s3 = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: call,
    requestHandler: { httpsAgent: new Agent({ ca: readFileSync(ca) }) },
  })
  // More than nginx lets through unless it is told to.
  const body = Readable.from([Buffer.alloc(3 * 1024 * 1024)])
  const upload = new Upload({ client: s3, params: { Bucket: bucket, Key: 'big.bin', Body: body } })
  await upload.done()
  s3.destroy()
})
