import { pollExec } from '../../src/host/poll-exec'

const run = (script: string, options: Parameters<typeof pollExec>[1] = {}, signal = new AbortController().signal) =>
  pollExec(['sh', '-c', script], options, signal)

test('answers with what the command printed, in a small environment', async () => {
  expect(await run('echo $CI$A; pwd; echo oh >&2', { env: { A: 'b' }, cwd: '/usr' })).toEqual({
    exitCode: 0,
    stdout: 'trueb\n/usr\n',
    stderr: 'oh\n',
  })
})

test.each([
  { it: 'an exit code', script: 'echo why >&2; exit 3', says: 'sh failed with exit code 3: why' },
  { it: 'too much output', script: 'head -c 2000000 /dev/zero', says: 'sh printed more than 1048576 bytes' },
  { it: 'a signal', script: 'kill -KILL $$', says: 'sh was ended by SIGKILL' },
])('$it fails the poll', async ({ script, says }) => {
  await expect(run(script)).rejects.toThrow(says)
})

test('a command that is not there is named; with check: false an exit code is an answer', async () => {
  await expect(pollExec(['no-such-program'], {}, new AbortController().signal)).rejects.toThrow(
    'no-such-program could not be started',
  )
  expect((await run('exit 4', { check: false })).exitCode).toBe(4)
})

test('its time limit, and the end of the poll, end all of its processes', async () => {
  await expect(run('sleep 978 & sleep 978', { timeout: 50 })).rejects.toThrow(
    'sh took longer than 0.05 s and was ended',
  )
  const over = new AbortController()
  const running = run('sleep 978 & sleep 978', {}, over.signal)
  over.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
})
