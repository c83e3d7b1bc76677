// A server on a socket in its own release folder, and on the port of its color.
const { readFileSync } = require('node:fs')
const { createServer } = require('node:http')

const version = readFileSync('version', 'utf8').trim()
const answer = (_request, response) => setTimeout(() => response.end(version), 20)
const servers = [
  createServer(answer).listen('app.sock'),
  createServer(answer).listen(Number(process.env.PORT), '127.0.0.1'),
]
// Whoever is asking is answered first.
process.on('SIGTERM', () => {
  for (const server of servers) server.close()
})
