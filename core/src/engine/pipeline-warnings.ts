import type { Principal } from '../domain/access.js'
import type { FaultDetail } from '../domain/faults.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import { validatePipeline } from '../domain/validation/structure.js'
import { askElsewhere, lookup } from './define-pipeline.js'
import type { Engine } from './engine.js'
import { pipelineNotFound } from './names.js'
import { shellWarnings } from './secret-references.js'
import { typeWarnings } from './type-warnings.js'

/**
 * What is allowed in a pipeline and will not do what it looks like, and what it would be refused for if it were saved
 * today: a plugin is gone since, or it was saved by an older server. Errors: PipelineNotFoundException.
 */
export async function getPipelineWarnings(
  engine: Engine,
  _by: Principal,
  { name }: { readonly name: string },
): Promise<{ warnings: FaultDetail[] }> {
  const pipeline = await engine.store.read.pipeline(name)
  if (!pipeline) throw pipelineNotFound(engine, name)
  return { warnings: await warningsOf(engine, pipeline.declaration) }
}

async function warningsOf(engine: Engine, declaration: PipelineDeclaration): Promise<FaultDetail[]> {
  const problems = validatePipeline(declaration, lookup(engine, await askElsewhere(engine, declaration)))
  const danger = engine.pipelineDanger?.(declaration.name)
  return [
    ...(danger === undefined ? [] : [{ path: '', message: danger }]),
    ...problems.map(({ path, message }) => ({ path, message })),
    ...typeWarnings(engine.types, declaration),
    ...shellWarnings(engine.types, declaration).map(({ path, message }) => ({ path, message })),
  ]
}
