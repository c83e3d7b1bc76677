import { JobFailed } from '@penstock/core'
import { type Project, undeclared } from './project.js'
import type { CodeBuildSettings } from './settings.js'

/** An action's project, and what must be said when nobody declared it. */
export interface FoundProject {
  readonly project: Project
  readonly warning?: string
}

/** Errors: JobFailed ConfigurationError when it is not declared and must be. */
export function findProject(settings: CodeBuildSettings, name: string): FoundProject {
  const project = settings.projects.find((one) => one.name === name)
  if (project !== undefined) return { project }
  const warning = `project ${name} is not declared`
  if (settings.unknownProject === 'buildspec') return { project: undeclared(name), warning }
  const names = settings.projects.map((one) => one.name)
  const declared = names.length === 0 ? 'none is declared' : `declared: ${names.join(', ')}`
  const remedy = 'declare it under codebuild.projects, or set codebuild.unknownProject to buildspec'
  throw new JobFailed(`${warning}: ${remedy} (${declared})`, 'ConfigurationError')
}
