/** Logs that servers share, on both databases. */
import { sharedLogStore } from '../../src/store/shared-log-store.js'
import { onEachDatabase } from './support/databases.js'

onEachDatabase((database) => {
  test('what is added is read from any byte on, beyond the borders of its pieces', async () => {
    const logs = sharedLogStore(database())
    const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, i) => i % 251))
    await logs.change('a', 1, ({ add }) => add(bytes.subarray(0, 7)))
    await logs.change('a', 2, ({ add }) => add(bytes.subarray(7)))
    expect(await logs.get('a')).toMatchObject({ size: 600_000, finished: false })
    for (const [from, limit] of [
      [0, 5],
      [3, 10],
      [7, 1],
      [262_140, 20],
      [500_000, 1_000_000],
      [600_000, 10],
    ] as const)
      expect(bytes.subarray(from, from + limit).equals(await logs.read('a', from, limit))).toBe(true)
    expect(await logs.read('b', 0, 10)).toHaveLength(0)
    await logs.forget(['a'])
    expect(await logs.get('a')).toBeUndefined()
    expect(await logs.read('a', 0, 10)).toHaveLength(0)
  })

  test('changes at once come one after the other, and one that fails is none', async () => {
    const logs = sharedLogStore(database())
    const line = (i: number) => Buffer.from(`line ${String(i).padStart(2, '0')}\n`)
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        logs.change('a', i, async ({ log, add, set }) => {
          await add(line(i))
          set({ received: log.received + 1 })
        }),
      ),
    )
    await expect(
      logs.change('a', 99, async ({ add }) => {
        await add(Buffer.from('never'))
        throw new Error('on the way')
      }),
    ).rejects.toThrow('on the way')
    expect(await logs.get('a')).toMatchObject({ size: 160, received: 20 })
    const lines = (await logs.read('a', 0, 1000)).toString().trimEnd().split('\n')
    expect(lines.sort()).toEqual(Array.from({ length: 20 }, (_, i) => line(i).toString().trimEnd()))
  })

  test('who is silent, and who is asked for', async () => {
    const logs = sharedLogStore(database())
    await logs.change('old', 10, async ({ set }) => set({ writer: 'job:1' }))
    await logs.change('done', 10, async ({ set }) => set({ finished: true }))
    await logs.change('new', 20, async () => undefined)
    expect(await logs.silentSince(20, 10)).toEqual([{ id: 'old', writer: 'job:1' }])
    await logs.want('old', 50)
    await logs.want('nobody', 50)
    expect(await logs.isWanted('old', 50)).toBe(true)
    expect(await logs.isWanted('old', 51)).toBe(false)
    expect(await logs.isWanted('new', 1)).toBe(false)
    expect(await logs.get('old')).toMatchObject({ writer: 'job:1' })
  })

  test('an object takes the place of the pieces, and they come back', async () => {
    const logs = sharedLogStore(database())
    await logs.change('a', 1, ({ add }) => add(Buffer.from('hello')))
    await logs.change('a', 1, async ({ drop, set }) => {
      await drop()
      set({ finished: true, isObject: true })
    })
    expect(await logs.get('a')).toMatchObject({ size: 5, finished: true, isObject: true })
    await logs.change('a', 1, ({ replace }) => replace(Buffer.from('hello again')))
    expect((await logs.read('a', 0, 100)).toString()).toBe('hello again')
  })
})
