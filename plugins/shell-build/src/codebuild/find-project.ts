import { type BuildProject, JobFailed } from '@penstock/core'
import { undeclared } from './project.js'
import type { CodeBuildService } from './service.js'

/** An action's project, and what must be said when nobody declared it. */
export interface FoundProject {
  readonly project: BuildProject
  readonly warning?: string
}

/** Errors: JobFailed ConfigurationError when it is not declared and must be. */
export async function findProject(service: CodeBuildService, name: string): Promise<FoundProject> {
  const project = await service.project(name)
  if (project !== undefined) return { project }
  const warning = `project ${name} is not declared`
  if ((await service.settings()).unknownProject === 'buildspec') return { project: undeclared(name), warning }
  const names = await service.projectNames()
  const declared = names.length === 0 ? 'none is declared' : `declared: ${names.join(', ')}`
  const remedy =
    'declare it under codebuild.projects, put it with penstock project put, or set codebuild.unknownProject to buildspec'
  throw new JobFailed(`${warning}: ${remedy} (${declared})`, 'ConfigurationError')
}
