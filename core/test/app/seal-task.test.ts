/** When the tables are gone through for what lies there in clear. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sealTask } from '../../src/app/seal-task.js'
import { systemClock } from '../../src/domain/clock.js'
import type { TypeCatalogue } from '../../src/engine/engine.js'
import { MasterKey } from '../../src/http/master-key.js'
import { openSqlite } from '../../src/store/database.js'
import { MetaStore } from '../../src/store/meta-store.js'
import { action, bench, me, pipeline, stage, testCatalogue, typeIds } from '../engine/support.js'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const never = new AbortController().signal

test('a property that a new version declares secret is sealed where it lies, and only then are tables gone through', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-seal-'))
  const database = await openSqlite(':memory:')
  try {
    const b = await bench(database)
    const make = action('Make', { configuration: { Secret: 'one', Text: 'two' } })
    await b.operations.createPipeline(me, { pipeline: pipeline([{ ...stage('Build', []), actions: [make] }]) })
    const masterKey = MasterKey.load(join(folder, 'master.key'))
    const meta = new MetaStore(database)
    const secretNow = (...names: string[]): TypeCatalogue => {
      const catalogue = testCatalogue()
      const facts: TypeCatalogue['facts'] = (id) => {
        const known = catalogue.facts(id)
        return known && { ...known, secretProperties: names }
      }
      const described = catalogue.describe(typeIds.build)
      if (!described) throw new Error('no such type')
      const properties = names.map((name) => ({ name, required: false, key: false, secret: true }))
      return { ...catalogue, facts, list: () => [{ ...described, actionConfigurationProperties: properties }] }
    }
    const run = (...names: string[]) => {
      const engine = { ...b.engine, types: secretNow(...names) }
      return sealTask({ database, engine, meta, masterKey, clock: systemClock, log: quiet }).run(never)
    }
    const definition = async () => {
      const row = await database.db.selectFrom('pipeline_versions').select('doc').executeTakeFirstOrThrow()
      const { stages } = JSON.parse(row.doc) as { stages: { actions: { configuration: Record<string, string> }[] }[] }
      return stages[1]?.actions[0]?.configuration
    }
    await run('Secret')
    expect(await definition()).toEqual({ Secret: expect.stringMatching(/^\0sealed /), Text: 'two' })
    const sealed = await definition()
    await run('Secret')
    expect(await definition()).toEqual(sealed)
    await run('Secret', 'Text')
    expect(await definition()).toEqual({
      Secret: expect.stringMatching(/^\0sealed /),
      Text: expect.stringMatching(/^\0sealed /),
    })
  } finally {
    await database.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
