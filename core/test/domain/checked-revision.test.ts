import { checkedRevision } from '../../src/domain/checked-revision'

test.each([
  { it: 'no text', id: 7, says: 'that is no text but number' },
  { it: 'empty', id: '', says: 'that is empty' },
  { it: 'several lines', id: 'a\nb\r\nc', says: 'that is 3 lines long' },
  { it: 'too long', id: 'x'.repeat(1501), says: 'that is 1501 characters long' },
  { it: 'not printable', id: 'a\u0007', says: 'that is not printable' },
  { it: 'surrounded by blanks', id: ' a', says: 'that is surrounded by blanks' },
])('an id that is $it is refused with what would be right', ({ id, says }) => {
  expect(() => checkedRevision({ revisionId: id as string }, 'the source')).toThrow(
    `the source answered a revisionId ${says}: it must be a text of 1 to 1500 characters in one line`,
  )
})

test('ids of commits, versions and ETags pass as they are', () => {
  for (const revisionId of ['f00ba4', '"5d41402a"', 'v1.2 of today', '2026-11-30T15:00Z', 'ä/ö'])
    expect(checkedRevision({ revisionId }, 'the source')).toEqual({ revisionId })
})
