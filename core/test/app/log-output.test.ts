import { LogOutput } from '../../src/app/log-output.js'

/** A file on a disk that takes so many bytes, and may get room. */
function disk(room: number) {
  let text = ''
  return {
    text: () => text,
    grow: (more: number) => {
      room += more
    },
    write(bytes: Buffer, from: number): number {
      if (room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
      const piece = bytes.subarray(from, from + room)
      room -= piece.length
      text += String(piece)
      return piece.length
    },
  }
}

test('lines that a full disk does not take are dropped, and counted once there is room', () => {
  const full = disk(8)
  const output = new LogOutput(full.write)
  for (const line of ['first\n', 'second\n', 'third\n']) output.line(line)
  full.grow(1_000)
  output.line('fourth\n')
  output.line('fifth\n')
  expect(full.text()).toBe(
    'first\nse\n{"level":"warn","lines":2,"msg":"log lines could not be written before this one"}\nfourth\nfifth\n',
  )
})

test('a pipe that is full just now is tried again, and one that stays so costs the line', () => {
  let busy = 2
  const taken: string[] = []
  const output = new LogOutput((bytes, from) => {
    if (busy-- > 0) throw Object.assign(new Error('try again'), { code: 'EAGAIN' })
    taken.push(String(bytes.subarray(from)))
    return bytes.length - from
  })
  output.line('a\n')
  busy = 1_000
  output.line('b\n')
  busy = 0
  output.line('c\n')
  expect(taken.join('')).toMatch(/^a\n\{.*"lines":1.*\}\nc\n$/)
})

test.each(['EPIPE', 'EIO', 'EBADF'])('%s never throws', (code) => {
  const output = new LogOutput(() => {
    throw Object.assign(new Error(code), { code })
  })
  expect(() => output.line('a\n')).not.toThrow()
})
