/**
 * The Node.js runtime of the embedded Lambda: asks the Runtime API for an event, calls the handler, posts what came of it.
 * Handlers may be async, take a callback, or use the older context.succeed, fail and done; modules may be CommonJS or ESM.
 * Connections are not kept, so that an empty event loop means that the handler has nothing left to do.
 */
const http = require('node:http')
const path = require('node:path')
const fs = require('node:fs')
const { pathToFileURL } = require('node:url')

const env = process.env
const [host, port] = env.AWS_LAMBDA_RUNTIME_API.split(':')

function call(method, route, body) {
  return new Promise((resolve, reject) => {
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const request = http.request(
      { host, port, method, path: `/2018-06-01/runtime/${route}`, headers, agent: false },
      (response) => {
        const pieces = []
        response.on('data', (piece) => pieces.push(piece))
        response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(pieces).toString() }))
        response.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

async function fail(route, error) {
  const errorType = error?.name ?? 'Error'
  const errorMessage = error?.message ?? String(error)
  const trace = String(error?.stack ?? '').split('\n')
  await call('POST', `${route}/error`, JSON.stringify({ errorType, errorMessage, trace }))
  process.exit(1)
}

async function load(file) {
  if (file.endsWith('.mjs')) return import(pathToFileURL(file))
  try {
    return require(file)
  } catch (error) {
    if (error.code !== 'ERR_REQUIRE_ESM') throw error
    return import(pathToFileURL(file))
  }
}

async function findHandler() {
  const [, base, names] = /^(.*?)\.([^/]*)$/.exec(env._HANDLER) ?? []
  const stem = path.join(env.LAMBDA_TASK_ROOT, base ?? '')
  const file = ['.js', '.mjs', '.cjs', ''].map((ending) => stem + ending).find((name) => fs.existsSync(name))
  if (base === undefined || file === undefined)
    throw named('Runtime.ImportModuleError', `Cannot find module '${base ?? env._HANDLER}'`)
  const handler = names.split('.').reduce((value, name) => value?.[name], await load(file))
  if (typeof handler !== 'function')
    throw named('Runtime.HandlerNotFound', `${env._HANDLER} is undefined or not exported`)
  return handler
}

function named(name, message) {
  return Object.assign(new Error(message), { name })
}

/** Resolves with the handler's result, however it chooses to tell it. */
function run(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, value) => {
      const settle = () => (error ? reject(error) : resolve(value))
      if (context.callbackWaitsForEmptyEventLoop && !error) process.once('beforeExit', settle)
      else settle()
    }
    const now = (error, value) => (error ? reject(error) : resolve(value))
    context.done = now
    context.fail = (error) => now(error ?? new Error('context.fail'))
    context.succeed = (value) => now(undefined, value)
    const value = handler(event, context, done)
    if (typeof value?.then === 'function') value.then(resolve, reject)
    // Neither promise nor callback, and nothing left to do: over, as on Lambda.
    else process.once('beforeExit', () => resolve(null))
  })
}

async function main() {
  const handler = await findHandler().catch((error) => fail('init', error))
  const { headers, body } = await call('GET', 'invocation/next')
  const id = headers['lambda-runtime-aws-request-id']
  const failed = (error) => fail(`invocation/${id}`, error)
  process.on('uncaughtException', failed)
  process.on('unhandledRejection', failed)
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    awsRequestId: id,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    getRemainingTimeInMillis: () => Number(headers['lambda-runtime-deadline-ms']) - Date.now(),
  }
  try {
    const result = await run(handler, JSON.parse(body), context)
    await call('POST', `invocation/${id}/response`, JSON.stringify(result) ?? 'null')
    process.exit(0)
  } catch (error) {
    await failed(error)
  }
}

main().catch((error) => {
  // The Runtime API is gone: so is the server, and nobody waits.
  console.error(error)
  process.exit(1)
})
