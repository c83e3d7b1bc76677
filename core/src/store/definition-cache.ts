import type { Kysely } from 'kysely'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import { parse } from './rows.js'
import type { Schema } from './schema.js'

/** Definitions never change once written, so a parsed one is kept: the last few hundred used. */
export class DefinitionCache {
  private readonly kept = new Map<string, PipelineDeclaration>()

  constructor(private readonly size = 500) {}

  /** `created` tells a pipeline from an earlier, deleted one of the same name. Errors: when there is no such version. */
  async get(db: Kysely<Schema>, name: string, version: number, created: number): Promise<PipelineDeclaration> {
    const key = `${name} ${created} ${version}`
    const found = this.kept.get(key) ?? (await this.read(db, name, version))
    this.kept.delete(key)
    this.kept.set(key, found)
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= this.size) break
      this.kept.delete(oldest)
    }
    return found
  }

  private async read(db: Kysely<Schema>, name: string, version: number): Promise<PipelineDeclaration> {
    const row = await db
      .selectFrom('pipeline_versions')
      .select('doc')
      .where('pipeline_name', '=', name)
      .where('version', '=', version)
      .executeTakeFirst()
    if (!row) throw new Error(`version ${version} of pipeline '${name}' is not in the database`)
    return parse<PipelineDeclaration>(row)
  }
}
