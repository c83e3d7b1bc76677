import { lastRewrite, parseAnsi, plain, stripAnsi } from '../src/log/ansi.js'
import { LogIndex } from '../src/log/log-index.js'
import { cursorMove, overwritten } from '../src/log/rewrites.js'
import { searchLog } from '../src/pages/log/search.js'
import { ids } from './support/data.js'
import { signedInSite } from './support/site.js'

const esc = '\u001b'
const bell = '\u0007'

describe('colours', () => {
  test.each([
    [
      'a colour and its end',
      `${esc}[31mred${esc}[0m plain`,
      [
        ['red', { fg: 1 }],
        [' plain', {}],
      ],
    ],
    ['bright, on a ground', `${esc}[97;101mx`, [['x', { fg: 15, bg: 9 }]]],
    ['256 colours, by the nearest', `${esc}[38;5;196mx`, [['x', { fg: 9 }]]],
    ['free colours, by the nearest', `${esc}[48;2;0;100;0mx`, [['x', { bg: 2 }]]],
    [
      'bold switched off',
      `${esc}[1ma${esc}[22mb`,
      [
        ['a', { bold: true }],
        ['b', {}],
      ],
    ],
    [
      'a title and a link',
      `${esc}]0;title\u0007a${esc}]8;;http://x${esc}\\b`,
      [
        ['a', {}],
        ['b', {}],
      ],
    ],
    [
      'moves of the cursor',
      `${esc}[2Ka${esc}[1;1Hb`,
      [
        ['a', {}],
        ['b', {}],
      ],
    ],
    ['what turns text round', 'a\u202eb', [['ab', {}]]],
    ['a sequence that breaks off', `a${esc}[3`, [['a', {}]]],
  ])('%s', (_, text, runs) => {
    expect(parseAnsi(text).runs.map((run) => [run.text, run.style])).toEqual(runs)
  })

  test('a look goes on into the next line', () => {
    const { end } = parseAnsi(`${esc}[32mgreen`)
    expect(parseAnsi('still', end).runs).toEqual([{ text: 'still', style: { fg: 2 } }])
  })

  test('a progress bar shows its last state; text is found without its colours', () => {
    expect(lastRewrite('10 %\r55 %\r100 %\r')).toBe('100 %')
    expect(stripAnsi(`a${esc}[1mb${esc}[0mc`)).toBe('abc')
  })
})

describe('lines by number', () => {
  /** As the log service: any piece from any offset that it named, of a log that may still grow. */
  function log() {
    let bytes = Buffer.alloc(0)
    let complete = false
    const index = new LogIndex(async (from, limit) => {
      const next = Math.min(bytes.length, from + limit)
      return { text: bytes.toString('utf8', from, next), from, next, complete: complete && next === bytes.length }
    })
    return {
      index,
      write: (text: string) => {
        bytes = Buffer.concat([bytes, Buffer.from(text)])
      },
      end: () => {
        complete = true
      },
    }
  }

  test('any slice of a long log, over the bounds of reads', async () => {
    const { index, write, end } = log()
    write(Array.from({ length: 50_000 }, (_, at) => `line ${at + 1} ${'x'.repeat(at % 50)}\n`).join(''))
    end()
    await index.advance()
    expect([index.lines, index.complete]).toEqual([50_000, true])
    for (const first of [1, 499, 3_000, 17_321, 49_999]) {
      const lines = await index.slice(first, 500)
      expect(lines).toHaveLength(Math.min(500, 50_001 - first))
      for (const [at, line] of lines.entries()) expect(line.text.startsWith(`line ${first + at} `)).toBe(true)
    }
  })

  test('a growing log: the last line may be half of one', async () => {
    const { index, write, end } = log()
    write('one\ntw')
    await index.advance()
    expect([index.lines, index.complete]).toEqual([2, false])
    write('o\nthree\n')
    end()
    await index.advance()
    expect((await index.slice(1, 10)).map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    expect([index.lines, index.complete]).toEqual([3, true])
  })

  test('much at a time while it grows', async () => {
    const { index, write } = log()
    for (let round = 0; round < 8; round++) {
      write(Array.from({ length: 4_000 }, (_, at) => `${round * 4_000 + at + 1}: ${'y'.repeat(20)}\n`).join(''))
      await index.advance()
    }
    expect(index.lines).toBe(32_000)
    expect((await index.slice(31_990, 50)).map(({ text }) => Number.parseInt(text, 10))).toEqual(
      Array.from({ length: 11 }, (_, at) => 31_990 + at),
    )
  })

  test('a colour begun far above, and a line without end', async () => {
    const { index, write, end } = log()
    write(`${esc}[35m${'z'.repeat(400_000)}\nstill\n`)
    end()
    await index.advance()
    const [long, still] = await index.slice(1, 2)
    expect(long?.text).toMatch(/more characters; download the log to see them\)$/)
    expect([still?.number, still?.text, still?.style]).toEqual([2, 'still', { fg: 5 }])
  })
})

describe('the page of a log', () => {
  const at = `/pipelines/shop-frontend/actions/${ids.lint}/log`
  const on = signedInSite()

  test('opens at the end, in a chunk, with a way to the lines before', async () => {
    const { text } = await on.visitor.get(at)
    expect(text).toContain('4,009 lines')
    expect(text.match(/class="line"/g)).toHaveLength(9)
    expect(text).toContain('id="L4009"')
    expect(text).toContain('Earlier lines')
  })

  test('a line’s address opens the chunk that holds it', async () => {
    const { text } = await on.visitor.get(`${at}?line=25`)
    expect(text).toContain('<div id="L25" class="line target"')
    expect(text).toContain('Later lines')
    expect(text).toContain('&lt;script>alert(1)&lt;/script>')
    expect(text).not.toContain('<script>alert(1)')
    expect(text).not.toContain(esc)
  })

  test('pieces say how much there is', async () => {
    const { headers, text } = await on.visitor.get(`${at}/lines?from=4001`)
    expect([headers.get('x-log-lines'), headers.get('x-log-complete')]).toEqual(['4009', 'true'])
    expect(text.match(/class="line"/g)).toHaveLength(9)
  })

  test('a search lists and marks', async () => {
    const { text } = await on.visitor.get(`${at}?q=EXPECTED&line=25`)
    expect(text).toContain('100 lines with “EXPECTED”')
    expect(text).toContain('<mark>expected</mark>')
    const nothing = await on.visitor.get(`${at}/search?q=${encodeURIComponent('<nothing>')}`)
    expect(nothing.text).toContain('Nothing in this log holds “&lt;nothing>”')
  })

  test('the download is the log as it is', async () => {
    const { headers, text } = await on.visitor.get(`${at}/raw`)
    expect(headers.get('content-disposition')).toBe('attachment; filename="shop-frontend-Build-Lint-aaaaaaaa.log"')
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(text).toBe(on.site.sample.logs.get(ids.lint))
  })

  test('an action without a log says so', async () => {
    const none = await on.visitor.get(`/pipelines/shop-frontend/actions/${ids.deploy}/log`)
    expect(none.text).toContain('This action wrote no log.')
  })
})

describe('what is written over', () => {
  const lines = (...texts: string[]) =>
    texts.map((text, index) => {
      const move = cursorMove(text)
      return { number: index + 1, text, style: plain, ...(move && { move }) }
    })

  test('a display of several rows: only its last state stays', () => {
    expect([
      ...overwritten(lines('start', 'a 1', 'b 1', '\x1b[2Aa 2', 'b 2', '\x1b[2A\x1b[2Ka 3', 'b 3', 'end')),
    ]).toEqual([2, 3, 4, 5])
  })

  test('one row of several, as docker pull does', () => {
    expect([...overwritten(lines('a 1', 'b 1', '\x1b[2Aa 2\x1b[1B', 'end'))]).toEqual([1])
  })

  test('what is cleared below is gone', () => {
    expect([...overwritten(lines('a', 'b', 'c', '\x1b[3A\x1b[Jdone'))].sort()).toEqual([1, 2, 3])
  })

  test('colours and plain lines move nothing', () => {
    expect(cursorMove('\x1b[32mA\x1b[0m')).toBeUndefined()
    expect(overwritten(lines('a', 'a', 'a')).size).toBe(0)
  })
})

test('a search finds what looking at each line would find, over the borders of what is read at a time', async () => {
  const words = ['plain', `${esc}[31mco${esc}[0mlour`, `ti${esc}]0;x${bell}tle`, 'ÄRGER', '10 %\r20 % done', '']
  const text = Array.from({ length: 40_000 }, (_, index) => `${words[index % words.length]} ${index % 977}`).join('\n')
  const bytes = Buffer.from(text)
  const index = new LogIndex(async (from, limit) => {
    const next = Math.min(bytes.length, from + limit)
    return { text: bytes.toString('utf8', from, next), from, next, complete: next === bytes.length }
  })
  await index.advance()
  for (const find of ['colour 97', 'title 5', 'ärger 12', '20 % done 3', '10 %', 'plain 971', 'nowhere']) {
    const expected: number[] = []
    for await (const line of index.walk(1)) {
      if (stripAnsi(line.text).toLowerCase().includes(find.toLowerCase())) expected.push(line.number)
    }
    const { hits, more } = await searchLog(index, find)
    expect(hits.map(({ number }) => number)).toEqual(expected.slice(0, 500))
    expect(more).toBe(expected.length > 500)
  }
})
